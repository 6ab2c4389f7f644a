// Compiled, never run: how a program with strict types uses the client alone. It has neither
// Express nor Passport, nor their types.
import { Agent } from 'node:https'
import {
  OktaOobClient,
  OktaOobError,
  type BindingMethod,
  type CallOptions,
  type Challenge,
  type ClientContext,
  type FinalTokenResult,
  type OktaCause,
  type OktaOobClientOptions,
  type OktaOobCode,
  type StartRequest,
  type TokenResult,
  type Tokens,
} from 'passport-okta-oob/client'

const options: OktaOobClientOptions = {
  issuer: 'https://example.okta.com',
  clientID: '0oa1client',
  clientSecret: 'secret',
  agent: new Agent({ keepAlive: true }),
  clockTolerance: 30,
  userInfo: true,
  allowInsecureRequests: false,
  onFallback: ({ from, to }) => {
    const endpoints: string[] = [from, to]
    console.warn(endpoints)
  },
}
export const okta: OktaOobClient = new OktaOobClient(options)
// @ts-expect-error -- true or false
export const asText = new OktaOobClient({ ...options, userInfo: 'yes' })
// @ts-expect-error -- an option that does not exist
export const wrong = new OktaOobClient({ ...options, callbackURL: '/callback' })

const request: StartRequest = { loginHint: 'alice@example.com', channel: 'push' }
const context: ClientContext = { ip: '192.0.2.1' }
const call: CallOptions = { signal: AbortSignal.timeout(1000), clientContext: context }

export async function signIn(): Promise<string> {
  try {
    const challenge: Challenge = await okta.start({ ...request, ...call })
    const method: BindingMethod = challenge.bindingMethod
    const result: TokenResult =
      method === 'prompt'
        ? await okta.complete(challenge, { code: '123456' })
        : await okta.wait(challenge, { signal: AbortSignal.timeout(60_000) })
    switch (result.status) {
      case 'pending':
        return 'later'
      case 'complete':
        return subjectOf(result.claims.sub, result.tokens)
      case 'mfa_required':
        return result.mfaToken
    }
  } catch (error) {
    if (error instanceof OktaOobError) {
      const code: OktaOobCode = error.code
      const cause = error.cause as OktaCause | undefined
      return `${code} ${error.statusCode} ${error.expose} ${cause?.error_description}`
    }
    throw error
  }
}

function subjectOf(subject: string, tokens: Tokens): string {
  // @ts-expect-error -- plain data, without openid-client's helpers
  tokens.claims()
  return `${subject} ${tokens.access_token} ${tokens.id_token}`
}

export async function final(challenge: Challenge): Promise<FinalTokenResult['status']> {
  const result = await okta.wait(challenge)
  // @ts-expect-error -- a wait ends with an answer
  result.status satisfies 'pending'
  return result.status
}
