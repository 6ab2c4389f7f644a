import type { BindingMethod, Challenge, PinnedParameters } from '../challenge.ts'
import { newId } from '../random.ts'
import { classifyError, errorFor } from './classify-error.ts'
import { mfaOtpGrant } from './grants.ts'
import type { ClientSettings } from './options.ts'
import type { FormReply } from './post-form.ts'

/** The members of a challenge that Okta's answer decides. */
type Started = Pick<
  Challenge,
  'id' | 'oobCode' | 'channel' | 'bindingMethod' | 'bindingCode' | 'expiresAt' | 'interval'
>

/** What was asked for. */
interface StartedCall {
  call: 'start' | 'challenge'
  loginHint: string
  channel: string
  /** Milliseconds since the epoch. Life counts from here, so that it is never over at Okta first. */
  sentAt: number
}

/**
 * What Okta documents for an answer that leaves them out, in seconds.
 * @see https://developer.okta.com/docs/guides/configure-direct-auth-grants/coobov/main/
 */
const defaultInterval = 5
const defaultExpiresIn = 300

/** NIST SP 800-63B-4 §3.1.3.2: an out-of-band secret is valid for ten minutes at the most. */
const maxLife = 600

/**
 * The challenge that an answer to a start, or to the challenge of a second factor, has begun.
 *
 * @throws {OktaOobError}
 */
export function readStartResponse(
  settings: ClientSettings,
  { response, sent }: FormReply,
  asked: StartedCall,
): Challenge {
  const { call, loginHint } = asked
  // The call for a second factor does not have the username in it.
  const secrets = [...sent, loginHint]
  if (response.status !== 200) {
    throw errorFor(classifyError(response, call), response, secrets)
  }
  const started = readMembers(response.json, asked)
  if (typeof started === 'string') {
    throw errorFor('protocol_error', response, secrets, { message: started })
  }
  return { ...started, loginHint, ...pinnedParameters(settings) }
}

export function pinnedParameters(settings: ClientSettings): PinnedParameters {
  const { issuer, clientId, scope, acrValues } = settings
  return { issuer, clientId, scope, ...(acrValues !== undefined && { acrValues }) }
}

/** @returns the challenge, or what is wrong with the answer as a sentence */
function readMembers(
  json: Record<string, unknown> | undefined,
  asked: StartedCall,
): Started | string {
  if (json === undefined) {
    return 'Okta answered the start request with something else than a JSON object.'
  }
  const { oob_code: oobCode, channel, binding_method: bindingMethod } = json
  if (asked.call === 'challenge' && json['challenge_type'] === mfaOtpGrant) {
    return { ...timing(json, asked), channel: 'otp', bindingMethod: 'prompt' }
  }
  if (typeof oobCode !== 'string' || oobCode === '') {
    return 'Okta answered the start request without an oob_code.'
  }
  if (!isBindingMethod(bindingMethod)) {
    return 'Okta answered the start request with an unknown binding_method.'
  }
  const bindingCode = readNumber(json['binding_code'])
  if (bindingMethod === 'transfer' && bindingCode === undefined) {
    return 'Okta answered the start request without the binding_code of a number challenge.'
  }
  return {
    ...timing(json, asked),
    oobCode,
    channel: typeof channel === 'string' && channel !== '' ? channel : asked.channel,
    bindingMethod,
    ...(bindingMethod === 'transfer' && bindingCode !== undefined && { bindingCode }),
  }
}

function timing(
  json: Record<string, unknown>,
  { sentAt }: StartedCall,
): Pick<Started, 'id' | 'expiresAt' | 'interval'> {
  const life = Math.min(Math.max(seconds(json['expires_in']) ?? defaultExpiresIn, 0), maxLife)
  return {
    id: newId(),
    expiresAt: sentAt + life * 1000,
    interval: Math.min(Math.max(seconds(json['interval']) ?? defaultInterval, 1), maxLife),
  }
}

function isBindingMethod(value: unknown): value is BindingMethod {
  return value === 'none' || value === 'prompt' || value === 'transfer'
}

/** Okta's schema has the number as a string ("07" keeps its zero), its examples as a number. */
function readNumber(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && /^\d{1,6}$/.test(text) ? text : undefined
}

function seconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
