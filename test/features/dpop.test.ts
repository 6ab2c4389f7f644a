import { expect } from 'chai'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { fetchUserInfo, randomDPoPKeyPair } from 'openid-client'
import { OktaOobClient, OktaOobError, type OktaOobClientOptions } from 'passport-okta-oob'
import { exampleClient } from '../../example/okta/client.ts'
import { stopClock } from '../support/clock.ts'
import { recordingFetch } from '../support/recording-fetch.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

const requiringDpop = [{ ...exampleClient, dpop_bound_access_tokens: true }]

async function pushFor(issuer: 'issuer' | 'customIssuer', options: OktaOobClientOptions) {
  const clock = stopClock()
  const okta = await standIn({ clients: requiringDpop })
  const { fetch, requests } = recordingFetch()
  const client = new OktaOobClient({ ...clientOf(okta[issuer]), fetch, ...options })
  const challenge = await client.start({ loginHint: 'bob@example.com', channel: 'push' })
  return { clock, okta, client, challenge, requests }
}

for (const issuer of ['issuer', 'customIssuer'] as const) {
  describe(`Proof of possession, DPoP (${issuer})`, () => {
    it('answers use_dpop_nonce once, and sends a fresh proof with every poll', async () => {
      const { clock, okta, client, challenge, requests } = await pushFor(issuer, { dpop: true })

      expect(await client.complete(challenge)).to.deep.equal({ status: 'pending' })
      clock.tick(5000)
      okta.directory.answer(newest(okta, 'bob@example.com').id, 'approve')
      const done = await client.complete(challenge)

      const proofs = requests('/token').map(({ headers }) => headers.get('dpop') ?? '')
      expect(proofs).to.have.length(3)
      expect(new Set(proofs.map((proof) => decodeJwt(proof).jti)).size).to.equal(3)
      expect(proofs.map((proof) => 'nonce' in decodeJwt(proof))).to.deep.equal([false, true, true])
      const [proof = ''] = proofs
      expect(decodeProtectedHeader(proof)).to.include({ typ: 'dpop+jwt' })
      expect(decodeJwt(proof)).to.include({ htm: 'POST', htu: requests('/token')[0]?.url })
      expect(done.status === 'complete' && done.tokens.token_type).to.equal('dpop')
    })
  })
}

describe('Proof of possession, DPoP', () => {
  it('takes a key pair of the app’s', async () => {
    const dpop = await randomDPoPKeyPair('ES256')
    const { okta, client, challenge, requests } = await pushFor('issuer', { dpop })
    okta.directory.answer(newest(okta, 'bob@example.com').id, 'approve')

    expect(await client.complete(challenge)).to.include({ status: 'complete' })

    const { jwk } = decodeProtectedHeader(requests('/token')[0]?.headers.get('dpop') ?? '')
    const { x } = await crypto.subtle.exportKey('jwk', dpop.publicKey)
    expect(jwk?.x).to.equal(x)
  })

  it('hands its handle out for openid-client’s own calls', async () => {
    const { okta, client, challenge } = await pushFor('customIssuer', { dpop: true })
    okta.directory.answer(newest(okta, 'bob@example.com').id, 'approve')
    const done = await client.complete(challenge)
    if (done.status !== 'complete') {
      throw new Error('not signed in')
    }

    const DPoP = await client.dpopHandle()
    const { access_token: token } = done.tokens
    const user = await fetchUserInfo(
      await client.configuration(),
      token,
      done.claims.sub,
      DPoP && { DPoP },
    )

    expect(user.sub).to.equal(done.claims.sub)
  })

  it('that the app must have but does not is a configuration error, not endless polling', async () => {
    const { client, challenge } = await pushFor('issuer', {})

    const error = await client.complete(challenge).catch((failure: unknown) => failure)

    expect(error)
      .to.be.instanceOf(OktaOobError)
      .and.include({ code: 'configuration_error', retryable: false })
    expect((error as OktaOobError).cause).to.include({ error: 'invalid_dpop_proof' })
  })

  it('judges a repeat with a nonce by its own answer: an outage there passes', async () => {
    const sent: string[][] = []
    const { client, challenge } = await pushFor('issuer', {
      dpop: true,
      fetch: (url, init) => {
        if (url.endsWith('/token') && sent.push([...(init.body as URLSearchParams).keys()]) === 2) {
          return Promise.reject(new TypeError('fetch failed'))
        }
        return fetch(url, init)
      },
    })

    const error = await client.complete(challenge).catch((failure: unknown) => failure)

    expect(error)
      .to.be.instanceOf(OktaOobError)
      .and.include({ code: 'upstream_unavailable', retryable: true })
    const fields = ['client_id', 'client_secret', 'grant_type', 'oob_code', 'scope']
    expect(sent.map((names) => names.toSorted())).to.deep.equal([fields, fields])
  })

  it('is off unless asked for', async () => {
    const okta = await standIn()

    expect(await new OktaOobClient(clientOf(okta.issuer)).dpopHandle()).to.equal(undefined)
  })
})
