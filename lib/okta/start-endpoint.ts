import { endpointBeside, type AuthorizationServer } from './authorization-server.ts'
import { classifyError, errorFor } from './classify-error.ts'
import type { CallOptions } from './client-context.ts'
import { oobGrant } from './grants.ts'
import type { ClientSettings, Fallback } from './options.ts'
import { postForm, type FormReply } from './post-form.ts'

/**
 * Sends starts to the endpoint that Okta has. It has deprecated `/oob-authenticate` without a date;
 * once that one is gone, starts go to its successor, for the life of the process.
 */
export class Starts {
  readonly #settings: ClientSettings
  #hasMoved: boolean

  constructor(settings: ClientSettings) {
    this.#settings = settings
    this.#hasMoved = settings.startEndpoint === 'primary-authenticate'
  }

  /** @throws {OktaOobError} */
  async post(
    server: AuthorizationServer,
    fields: Record<string, string>,
    options: CallOptions,
  ): Promise<FormReply> {
    const deprecated = endpointBeside(server, 'oob-authenticate')
    const current = endpointBeside(server, 'primary-authenticate')
    const postCurrent = (): Promise<FormReply> =>
      postForm(this.#settings, server, current, { ...fields, challenge_hint: oobGrant }, options)

    // Okta sends mail from the current endpoint only.
    if (this.#hasMoved || fields['channel_hint'] === 'email') {
      return postCurrent()
    }
    const reply = await postForm(this.#settings, server, deprecated, fields, options)
    if (!isMissing(reply)) {
      return reply
    }
    const second = await postCurrent()
    if (isMissing(second)) {
      const message = `Okta has neither ${deprecated} nor ${current}.`
      throw errorFor('configuration_error', second.response, second.sent, { message })
    }
    if (!this.#hasMoved && second.response.status < 500) {
      this.#hasMoved = true
      const fallback: Fallback = { from: deprecated, to: current }
      this.#settings.onFallback(fallback)
    }
    return second
  }
}

/** An endpoint that exists refuses with another status, or says that it is about the user. */
function isMissing({ response }: FormReply): boolean {
  return (
    [404, 405, 410].includes(response.status) &&
    classifyError(response, 'start') === 'configuration_error'
  )
}
