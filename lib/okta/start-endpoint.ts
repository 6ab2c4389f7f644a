import { Audit } from '../audit.ts'
import { failure } from './answer.ts'
import type { CallOptions } from './call-options.ts'
import type { AuthorizationServer } from './discovery.ts'
import { endpointBeside, postForm, type Reply } from './form.ts'
import { oobGrant } from './grants.ts'
import type { ClientSettings } from './options.ts'

/**
 * Where sign-ins start. Okta has deprecated `/oob-authenticate` without a date; once it is gone,
 * starts go to its successor, for the life of the process.
 */
export class StartEndpoint {
  readonly settings: ClientSettings
  moved: boolean

  constructor(settings: ClientSettings) {
    this.settings = settings
    this.moved = settings.startEndpoint === 'primary-authenticate'
  }

  /** @throws {OktaOobError} */
  async post(
    server: AuthorizationServer,
    fields: Record<string, string>,
    options: CallOptions,
  ): Promise<Reply> {
    const deprecated = endpointBeside(server, 'oob-authenticate')
    const current = endpointBeside(server, 'primary-authenticate')
    const postCurrent = (): Promise<Reply> =>
      postForm(this.settings, server, current, { ...fields, challenge_hint: oobGrant }, options)

    // Okta has learned to send mail only here.
    if (this.moved || fields['channel_hint'] === 'email') {
      return postCurrent()
    }
    const reply = await postForm(this.settings, server, deprecated, fields, options)
    if (!isMissing(reply)) {
      return reply
    }
    const second = await postCurrent()
    if (isMissing(second)) {
      const message = `Okta has neither ${deprecated} nor ${current}.`
      throw failure('configuration_error', second.answer, second.sent, message)
    }
    if (!this.moved && second.answer.status < 500) {
      this.moved = true
      const { issuer, clientId } = this.settings
      const moved = { from: deprecated, to: current }
      new Audit(() => ({ issuer, clientId })).report('fallback', undefined, () => moved)
    }
    return second
  }
}

/** An endpoint that is there would refuse in another way. */
function isMissing({ answer: { status } }: Reply): boolean {
  return status === 404 || status === 405 || status === 410
}
