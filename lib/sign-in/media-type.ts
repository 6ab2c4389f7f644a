import { OktaOobError } from '../errors.ts'
import type { SignInRequest } from './host-port.ts'

const readable = /^\s*application\/(?:x-www-form-urlencoded|json)\s*(?:;|$)/i

/**
 * Fields in another format would be read as no fields, and answered with "Enter your username".
 * What the app has parsed itself, multipart included, is taken as it is.
 *
 * @throws {OktaOobError} `unsupported_media_type`
 */
export function checkMediaType({ headers, body }: SignInRequest): void {
  const type = headers['content-type'] ?? ''
  if (hasBody(headers) && !readable.test(type) && !hasFields(body)) {
    throw new OktaOobError('unsupported_media_type')
  }
}

/** RFC 9112 §6: a request without these two headers has no body, whatever its type. */
function hasBody(headers: SignInRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function hasFields(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    !Array.isArray(body) &&
    !ArrayBuffer.isView(body) &&
    Object.keys(body).length > 0
  )
}
