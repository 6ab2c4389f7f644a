import { expect } from 'chai'
import { OktaOobClient, OktaOobError, type TokenResult } from 'passport-okta-oob'
import { stopClock } from '../support/clock.ts'
import { codeOf, servers, shareStandIn, wrongCodeOf } from '../support/flow.ts'
import { OktaCalls } from '../support/okta-calls.ts'
import { clientOf, newest } from '../support/stand-in.ts'

const loginHint = 'alice@example.com'

/** What a call that must fail is rejected with. */
async function rejection(call: Promise<unknown>): Promise<any> {
  try {
    await call
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

function claimsOf(completion: TokenResult): object | undefined {
  return completion.status === 'complete' ? completion.claims : undefined
}

describe('OktaOobClient', () => {
  const shared = shareStandIn()

  for (const [server, issuerOf] of Object.entries(servers)) {
    describe(`on ${server}`, () => {
      const connect = () => {
        const { okta } = shared
        const calls = new OktaCalls()
        const issuer = issuerOf(okta)
        const client = new OktaOobClient({ ...clientOf(issuer), fetch: calls.fetch })
        return { okta, calls, issuer, client }
      }

      it('starts a push, waits for its approval, and has claims and tokens', async () => {
        const clock = stopClock()
        const { okta, issuer, client } = connect()
        const challenge = await client.start({ loginHint, channel: 'push' })
        expect(challenge).to.include({ bindingMethod: 'transfer', interval: 5, issuer, loginHint })

        clock.tick(5000)
        expect(await client.complete(challenge)).to.deep.equal({ status: 'pending' })
        okta.directory.answer(newest(okta).id, { number: challenge.bindingCode ?? '' })
        clock.tick(5000)
        const completion = await client.complete(challenge)

        expect(claimsOf(completion)).to.include({ iss: issuer, preferred_username: loginHint })
        expect(completion).to.have.nested.property('tokens.access_token').that.is.a('string')
      })

      it('says when Okta wants it to slow down, and leaves the waiting to its caller', async () => {
        const { client, calls } = connect()
        const challenge = await client.start({ loginHint, channel: 'push' })

        expect(await client.complete(challenge)).to.deep.equal({ status: 'pending' })
        const slower = await client.complete(challenge)

        expect(slower).to.deep.equal({ status: 'pending', slowDown: true })
        expect(calls.count('token')).to.equal(2)
      })

      it('completes a text with its code, as often as it takes', async () => {
        const { okta, client } = connect()
        const challenge = await client.start({ loginHint, channel: 'sms' })

        const wrong = await rejection(client.complete(challenge, { code: wrongCodeOf(okta) }))
        expect(wrong).to.be.instanceOf(OktaOobError)
        expect(wrong).to.include({ code: 'incorrect_code', retryable: true })
        const completion = await client.complete(challenge, { code: codeOf(okta) })

        expect(claimsOf(completion)).to.include({ preferred_username: loginHint })
      })

      it('continues from a challenge that was kept as JSON', async () => {
        const { okta, client } = connect()
        const challenge = await client.start({ loginHint, channel: 'voice' })
        const kept = JSON.parse(JSON.stringify(challenge)) as typeof challenge

        const completion = await connect().client.complete(kept, { code: codeOf(okta) })

        expect(completion.status).to.equal('complete')
      })

      it('throws the codes of the contract', async () => {
        const { okta, client, calls } = connect()
        const text = await client.start({ loginHint, channel: 'sms' })
        const push = await client.start({ loginHint, channel: 'push' })
        okta.directory.answer(newest(okta).id, 'deny')
        const foreign = { ...push, clientId: 'another-app' }
        const dave = { loginHint: 'dave@example.com', channel: 'sms' }

        expect((await rejection(client.complete(text))).code).to.equal('code_missing')
        expect((await rejection(client.complete(foreign))).code).to.equal('no_challenge')
        expect(calls.count('token')).to.equal(0)
        expect((await rejection(client.complete(push))).code).to.equal('challenge_denied')
        expect((await rejection(client.start(dave))).code).to.equal('access_denied')
      })

      it('gives up a start when its signal is aborted', async () => {
        const { client, calls } = connect()
        const controller = new AbortController()
        const held = calls.hold('oob-authenticate')
        const start = client.start({ loginHint, channel: 'sms', signal: controller.signal })
        await held.arrived

        controller.abort(new RangeError('closed'))
        held.release()

        expect(await rejection(start)).to.be.instanceOf(RangeError)
      })

      it('gives up a poll when its signal is aborted, and may poll again', async () => {
        const clock = stopClock()
        const { okta, client, calls } = connect()
        const challenge = await client.start({ loginHint, channel: 'push' })
        const controller = new AbortController()
        const held = calls.hold('token')
        const poll = client.complete(challenge, { signal: controller.signal })
        await held.arrived

        controller.abort(new RangeError('closed'))
        held.release()

        expect(await rejection(poll)).to.be.instanceOf(RangeError)
        okta.directory.answer(newest(okta).id, { number: challenge.bindingCode ?? '' })
        clock.tick(5000)
        expect((await client.complete(challenge)).status).to.equal('complete')
      })

      it('makes several calls at once, each with a signal and an answer of its own', async () => {
        const { okta, client } = connect()
        const challenge = await client.start({ loginHint, channel: 'sms' })
        const aborted = AbortSignal.abort(new Error('gone'))
        const signals = [undefined, aborted, new AbortController().signal]

        const errors = await Promise.all(
          signals.map((signal) =>
            rejection(client.complete(challenge, { code: wrongCodeOf(okta), signal })),
          ),
        )

        const incorrect = 'That code is not correct.'
        expect(errors.map(({ message }) => message)).to.deep.equal([incorrect, 'gone', incorrect])
      })

      it('does not even ask with a signal that was aborted before', async () => {
        const { client, okta } = connect()
        const before = okta.directory.messages().length
        const signal = AbortSignal.abort(new RangeError('closed'))

        const error = await rejection(client.start({ loginHint, channel: 'sms', signal }))

        expect(error).to.be.instanceOf(RangeError)
        expect(okta.directory.messages()).to.have.lengthOf(before)
      })
    })
  }
})
