import { refusals } from './account.ts'
import { ScriptedOkta } from './scripted-okta.ts'

export const alice = 'alice@example.com'
/** Okta refuses this one; the name is as long as the other. */
export const nancy = 'nancy@example.com'

export type Kind = 'push' | 'number' | 'sms' | 'voice' | 'email'

/** Each way to sign in; a number is what a push shows. */
export const kinds: readonly Kind[] = ['push', 'number', 'sms', 'voice', 'email']

export function channelOf(kind: Kind): string {
  return kind === 'number' ? 'push' : kind
}

/** What this Okta answers to those it knows: like the documentation, and unlike it. */
export function startAnswer(kind: Kind, more: object = {}): object {
  const numbered = { binding_method: 'transfer', binding_code: '95', interval: 7 }
  const ways = {
    push: { binding_method: 'none', interval: 5 },
    number: numbered,
    sms: { binding_method: 'prompt' },
    voice: { binding_method: 'prompt' },
    email: { binding_method: 'prompt' },
  }
  return {
    oob_code: 'ftpvP1LB26vCARL7EWM55cUhPA2vdQmHFp'.slice(0, kind === 'email' ? 20 : 34),
    expires_in: kind === 'email' ? 240 : 300,
    channel: channelOf(kind),
    ...ways[kind],
    ...more,
  }
}

export interface Refused {
  status: number
  error: string
  error_description?: string
}

export function answerWith({ status, ...body }: Refused): Response {
  return Response.json(body, { status })
}

/** An Okta that starts a sign-in for everyone but nancy, and waits for ever for its end. */
export function oktaThatRefusesNancy(
  kind: Kind,
  refusal: Refused = refusals.unknownUser,
): ScriptedOkta {
  // Outside production the first decoy is announced, which is another test's business.
  process.env['NODE_ENV'] = 'production'
  const okta = new ScriptedOkta()
  okta.answers.start = ({ login_hint }) =>
    login_hint === nancy ? answerWith(refusal) : Response.json(startAnswer(kind))
  okta.answers.token = ({ binding_code }) =>
    answerWith(binding_code === undefined ? refusals.pending : refusals.wrongCode)
  return okta
}
