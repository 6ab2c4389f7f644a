import * as oidc from 'openid-client'
import { findOktaOobError, OktaOobError, type OktaCause } from '../errors.ts'
import { fetchDocument } from './documents.ts'
import { allowsHttp, type ClientSettings } from './options.ts'
import { networkCode, toResponse, type OktaResponse } from './transport.ts'

/** What an authorization server says of itself, with the members that are needed here. */
export interface Metadata extends oidc.ServerMetadata {
  token_endpoint: string
  jwks_uri: string
}

/**
 * Reads the issuer's metadata. Every error says what to mend: nothing else of the set-up has been
 * tried before.
 *
 * @throws {OktaOobError}
 */
export async function fetchMetadata(settings: ClientSettings): Promise<Metadata> {
  const { issuer, userInfo } = settings
  let document: OktaResponse | undefined
  const metadata = await oidc
    .discovery(new URL(issuer), settings.clientId, undefined, undefined, {
      execute: allowsHttp(settings) ? [oidc.allowInsecureRequests] : [],
      [oidc.customFetch]: async (url) => {
        document = await fetchDocument(settings, url)
        return toResponse(document)
      },
    })
    .then((discovered) => discovered.serverMetadata())
    .catch((error: unknown) => {
      const ours = findOktaOobError(error)
      throw ours ? explained(ours, issuer) : notOfIssuer(issuer, document, error)
    })
  const needed = ['token_endpoint', 'jwks_uri', ...(userInfo ? ['userinfo_endpoint'] : [])]
  for (const name of needed) {
    const problem = problemOf(name, metadata[name], settings)
    if (problem !== undefined) {
      const detail = `the metadata of ${issuer} have ${problem}.`
      throw new OktaOobError('configuration_error', { detail, cause: answer(document) })
    }
  }
  return metadata as Metadata
}

/** What is wrong with an endpoint of the metadata. */
function problemOf(name: string, url: unknown, settings: ClientSettings): string | undefined {
  if (url === undefined) {
    const optional = name === 'userinfo_endpoint' ? ', which the option userInfo needs' : ''
    return `no ${name}${optional}`
  }
  if (typeof url !== 'string' || !URL.canParse(url)) {
    return `a ${name} that is not a URL`
  }
  if (!allowsHttp(settings) && !url.startsWith('https:')) {
    return `a ${name} that is not an https URL`
  }
  // The endpoints of direct authentication stand beside it.
  return name === 'token_endpoint' && !url.endsWith('/token')
    ? `a ${name} that does not end in /token, as Okta’s do`
    : undefined
}

/** There is an answer, but openid-client does not take it for the metadata of the issuer. */
function notOfIssuer(
  issuer: string,
  document: OktaResponse | undefined,
  error: unknown,
): OktaOobError {
  const found = document?.json?.['issuer']
  const cause = answer(document) ?? error
  if (document && !document.json) {
    const detail = `the metadata of ${issuer} are not JSON. Is a proxy in between, or is it not an Okta address?`
    return new OktaOobError('configuration_error', { detail, cause })
  }
  // Told only if it is a plain address: anything may stand there.
  if (typeof found === 'string' && /^https?:\/\/[\w.:/[\]-]{1,200}$/.test(found)) {
    const detail = `the option "issuer" is ${issuer}, but the metadata there are those of ${found}. If that is your authorization server, make it the issuer.`
    return new OktaOobError('configuration_error', { detail, cause })
  }
  const detail = `the metadata of ${issuer} do not name it as their issuer. Is it an Okta address?`
  return new OktaOobError('configuration_error', { detail, cause })
}

/** A fault of the first call, with what it says about the issuer. */
function explained(error: OktaOobError, issuer: string): OktaOobError {
  const { code, cause, retryAfter, retryable } = error
  const { host } = new URL(issuer)
  const isMissing = (cause as OktaCause | undefined)?.status === 404
  const detail = isMissing
    ? `there is no authorization server at ${issuer}. An org’s own is https://example.okta.com, a custom one https://example.okta.com/oauth2/{id}.`
    : networkCode(cause) === 'ENOTFOUND'
      ? `the host of the option "issuer", ${host}, does not exist.`
      : undefined
  return detail === undefined
    ? error
    : new OktaOobError(code, {
        detail,
        cause,
        retryable,
        ...(retryAfter !== undefined && { retryAfter }),
      })
}

/** How the answer begins, for the developer; a page of a proxy says there whose it is. */
function answer(document: OktaResponse | undefined): Error | undefined {
  if (!document) {
    return undefined
  }
  const { status, headers, body } = document
  const type = headers['content-type'] ?? 'no content-type'
  const start = body.slice(0, 300).replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
  return new Error(`The answer was ${status}, ${type}: ${start}`)
}
