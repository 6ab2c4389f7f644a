import { expect } from 'chai'
import { OktaOobClient, type OktaOobClientOptions } from 'passport-okta-oob'
import { waitingUser } from '../support/waiting.ts'

const now = () => Math.floor(Date.now() / 1000)
const expired = (seconds: number) => ({ iat: now() - 3600, exp: now() - seconds })
const early = (seconds: number) => ({ nbf: now() + seconds })

/** Whether an ID token that has expired, or is not valid yet, by so many seconds is taken. */
const rows: [OktaOobClientOptions, taken: number, refused: number][] = [
  [{}, 59, 61],
  [{ clockTolerance: 0 }, 0, 2],
  [{ clockTolerance: 300 }, 299, 301],
]

for (const [options, taken, refused] of rows) {
  const { clockTolerance = 'left out' } = options
  describe(`A clockTolerance of ${clockTolerance}`, () => {
    for (const [what, claims] of Object.entries({ 'has expired': expired, 'is early': early })) {
      // An ID token ends in the second of its exp: with no tolerance it has to be in the future.
      const close = taken === 0 ? -10 : taken
      it(`takes an ID token that ${what} by ${close} seconds`, async () => {
        const alice = await waitingUser('code', options)
        expect((await alice.redeem(await alice.okta.idToken(claims(close)))).status).to.equal(200)
      })

      it(`refuses one that ${what} by ${refused}`, async () => {
        const alice = await waitingUser('code', options)
        const page = await alice.redeem(await alice.okta.idToken(claims(refused)))
        expect(page.json.code).to.equal('id_token_invalid')
      })
    }
  })
}

describe('A clockTolerance', () => {
  for (const value of [-1, 301, NaN, '60', null]) {
    it(`cannot be ${String(value)} as a ${typeof value}`, () => {
      const options = { clockTolerance: value } as OktaOobClientOptions
      const issuer = 'https://example.okta.com'
      expect(() => new OktaOobClient({ issuer, clientID: 'app', ...options })).to.throw(
        TypeError,
        'option "clockTolerance" must be seconds between 0 and 300',
      )
    })
  }
})
