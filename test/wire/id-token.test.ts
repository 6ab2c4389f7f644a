import { expect } from 'chai'
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import { createHash, createPublicKey } from 'node:crypto'
import {
  accessToken,
  publicJwk,
  signingKey,
  type OktaWire,
  type TokenClaims,
} from '../support/okta.ts'
import { waitingUser, type Waiting } from '../support/waiting.ts'

const newKey = await generateKeyPair('RS256', { extractable: true })
const newJwk: JWK = {
  ...(await exportJWK(newKey.publicKey)),
  kid: 'key-2',
  alg: 'RS256',
  use: 'sig',
}
const now = () => Math.floor(Date.now() / 1000)
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

type Forge = (alice: Waiting) => string | Promise<string>
const claiming =
  (overrides: () => TokenClaims): Forge =>
  ({ okta }) =>
    okta.idToken(overrides())

/** What a verifier that trusts the token's `alg` takes for an HMAC. */
function signedWithPublicKey(okta: OktaWire): Promise<string> {
  const key = createPublicKey({ key: publicJwk, format: 'jwk' })
  const pem = key.export({ type: 'spki', format: 'pem' })
  return okta.idToken({}, { alg: 'HS256' }, Buffer.from(pem))
}

async function signedWithEs256(okta: OktaWire): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256')
  return okta.idToken({}, { alg: 'ES256' }, privateKey)
}

const unsigned = (okta: OktaWire) => `${base64url({ alg: 'none' })}.${base64url(okta.claims())}.`

async function expectInvalid(alice: Waiting, idToken?: string): Promise<void> {
  const page = await alice.redeem(idToken)

  expect(page.status).to.equal(502)
  expect(page.json.code).to.equal('id_token_invalid')
  await expectOver(alice)
}

async function expectOver(alice: Waiting): Promise<void> {
  expect((await alice.browser.get('/me')).json.user).to.equal(null)
  expect((await alice.complete()).json.code).to.equal('no_challenge')
}

/** Refused before any key is looked at. */
const wrongClaims: Record<string, Forge> = {
  'of another issuer': claiming(() => ({ iss: 'https://evil.okta.com' })),
  'of the issuer with a slash': claiming(() => ({ iss: 'https://example.okta.com/' })),
  'without an issuer': claiming(() => ({ iss: undefined })),
  'for an API': claiming(() => ({ aud: 'api://default' })),
  'for another client': claiming(() => ({ aud: '0oa2other', azp: '0oa2other' })),
  'for no one': claiming(() => ({ aud: undefined })),
  'for two audiences without an azp': claiming(() => ({ aud: ['0oa1client', '0oa2other'] })),
  'for two audiences, issued to the other': claiming(() => ({
    aud: ['0oa1client', '0oa2other'],
    azp: '0oa2other',
  })),
  'that has expired': claiming(() => ({ iat: now() - 3661, exp: now() - 61 })),
  'that never expires': claiming(() => ({ exp: undefined })),
  'that is not valid yet': claiming(() => ({ nbf: now() + 61 })),
  'without a time of issue': claiming(() => ({ iat: undefined })),
  'without a subject': claiming(() => ({ sub: undefined })),
  'whose subject is a number': claiming(() => ({ sub: 1 })),
  'that nobody has signed': ({ okta }) => unsigned(okta),
  'that nobody has signed, with a kid': ({ okta }) =>
    `${base64url({ alg: 'none', kid: 'key-1' })}.${base64url(okta.claims())}.`,
  'signed with the public key as a secret': ({ okta }) => signedWithPublicKey(okta),
  'signed with an algorithm that was not agreed on': async ({ okta }) =>
    okta.idToken({}, { alg: 'PS256' }, await exportJWK(signingKey)),
  'that is not a JWT': () => 'not-a-jwt',
  'of two parts': async ({ okta }) => (await okta.idToken()).replace(/\.[^.]*$/, ''),
  'that is encrypted': () => 'eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d',
  'of nonsense': () => 'bm9uc2Vuc2U.bm9uc2Vuc2U.bm9uc2Vuc2U',
}

/** Refused after the signature has been looked at. */
const wrongSignatures: Record<string, Forge> = {
  'signed with another key': ({ okta }) => okta.idToken({}, {}, newKey.privateKey),
  'signed with an unknown key': ({ okta }) => okta.idToken({}, { kid: 'key-2' }, newKey.privateKey),
  'whose claims were changed': async ({ okta }) => {
    const [header, , signature] = (await okta.idToken()).split('.')
    return `${header}.${base64url(okta.claims({ sub: '00u2bob' }))}.${signature}`
  },
  'with a signature of nothing': async ({ okta }) =>
    (await okta.idToken()).replace(/\.[^.]*$/, '.'),
  'issued to another client': claiming(() => ({ azp: '0oa2other' })),
  'issued in the future': claiming(() => ({ iat: now() + 61 })),
  'with an empty subject': claiming(() => ({ sub: '' })),
  'of another access token': claiming(() => ({ at_hash: 'LDktKdoQak3Pk0cnXxCltA' })),
  'whose at_hash is not text': claiming(() => ({ at_hash: null })),
}

describe('An ID token is refused, and the sign-in over,', () => {
  for (const [title, forge] of Object.entries(wrongClaims)) {
    it(`when it is one ${title}`, async () => {
      const alice = await waitingUser('code')
      await expectInvalid(alice, await forge(alice))
    })
  }

  for (const [title, forge] of Object.entries(wrongSignatures)) {
    it(`when it is one ${title}`, async () => {
      const alice = await waitingUser('code')
      await expectInvalid(alice, await forge(alice))
    })
  }

  const otherAlgorithms = { none: unsigned, HS256: signedWithPublicKey, ES256: signedWithEs256 }
  for (const [alg, forge] of Object.entries(otherAlgorithms)) {
    it(`when it is ${alg}, which the metadata claim to be fine`, async () => {
      const algorithms = {
        id_token_signing_alg_values_supported: ['RS256', ...Object.keys(otherAlgorithms)],
      }
      const alice = await waitingUser('code', {}, algorithms)
      await expectInvalid(alice, await forge(alice.okta))
    })
  }

  it('when it comes in answer to a poll just as well', async () => {
    const alice = await waitingUser('poll')
    await expectInvalid(alice, await alice.okta.idToken({}, {}, newKey.privateKey))
  })

  for (const id_token of [undefined, null, '', 17]) {
    it(`when it is missing: ${JSON.stringify(id_token)}`, async () => {
      const alice = await waitingUser('code')

      const page = await alice.complete({
        status: 200,
        body: { token_type: 'Bearer', expires_in: 3600, access_token: accessToken, id_token },
      })

      expect(page.json.code).to.equal('id_token_invalid')
      await expectOver(alice)
    })
  }
})

describe('An ID token is accepted', () => {
  const good: Record<string, () => TokenClaims> = {
    'without an at_hash': () => ({ at_hash: undefined }),
    'issued to this client': () => ({ azp: '0oa1client' }),
    'for two audiences, issued to this client': () => ({
      aud: ['0oa2other', '0oa1client'],
      azp: '0oa1client',
    }),
    'of a clock 30 s ahead': () => ({ iat: now() + 30, nbf: now() + 30 }),
    'of a clock 30 s behind': () => ({ iat: now() - 3630, exp: now() - 30 }),
  }
  for (const [title, overrides] of Object.entries(good)) {
    it(title, async () => {
      const alice = await waitingUser('code')

      const page = await alice.redeem(await alice.okta.idToken(overrides()))

      expect(page.json.user?.sub).to.equal('00u1alice')
      expect((await alice.browser.get('/me')).json.user.sub).to.equal('00u1alice')
    })
  }

  for (const alg of ['EdDSA', 'Ed25519']) {
    it(`signed with an Ed25519 key, by the name of ${alg}`, async () => {
      const { privateKey, publicKey } = await generateKeyPair('Ed25519', { extractable: true })
      const jwk = { ...(await exportJWK(publicKey)), kid: 'edwards', alg, use: 'sig' }
      const metadata = { id_token_signing_alg_values_supported: [alg] }
      const alice = await waitingUser('code', { idTokenSignedResponseAlg: alg }, metadata)
      alice.okta.keys([jwk])
      const at_hash = createHash('sha512')
        .update(accessToken)
        .digest()
        .subarray(0, 32)
        .toString('base64url')

      const idToken = await alice.okta.idToken({ at_hash }, { alg, kid: 'edwards' }, privateKey)

      expect((await alice.redeem(idToken)).json.user?.sub).to.equal('00u1alice')
    })
  }

  it('that names no key, when Okta has only one', async () => {
    const alice = await waitingUser('code')
    const idToken = await new SignJWT(alice.okta.claims())
      .setProtectedHeader({ alg: 'RS256' })
      .sign(signingKey)

    const page = await alice.redeem(idToken)

    expect(page.status).to.equal(200)
  })
})

describe('Okta’s keys', () => {
  async function signedInOnce(): Promise<Waiting> {
    const alice = await waitingUser('code', { limits: false })
    alice.okta.keys()
    expect((await alice.redeem()).status).to.equal(200)
    return alice
  }
  const signedAnew = ({ okta }: Waiting) => okta.idToken({}, { kid: 'key-2' }, newKey.privateKey)

  it('are fetched again, once, for a key that is new', async () => {
    const alice = await signedInOnce()
    alice.clock.tick(61_000)
    alice.okta.keys([publicJwk, newJwk])

    for (const idToken of [await signedAnew(alice), await alice.okta.idToken()]) {
      await alice.start()
      expect((await alice.redeem(idToken)).json.user?.sub).to.equal('00u1alice')
      alice.clock.tick(30_000)
    }
  })

  it('are fetched again at once for a token of an unknown key, however new they are', async () => {
    const alice = await signedInOnce()
    await alice.start()
    alice.okta.keys([publicJwk, newJwk])

    expect((await alice.redeem(await signedAnew(alice))).json.user?.sub).to.equal('00u1alice')
  })

  it('are fetched at most five times a minute for tokens that none of them has signed', async () => {
    const alice = await signedInOnce()
    alice.okta.noUsualKeys()
    let fetched = 0
    alice.okta.scope
      .get('/oauth2/v1/keys')
      .times(5)
      .reply(200, () => {
        fetched += 1
        return { keys: [publicJwk] }
      })
    for (let forged = 0; forged < 7; forged += 1) {
      await alice.start()
      const page = await alice.redeem(await signedAnew(alice))
      expect(page.json.code).to.equal('id_token_invalid')
    }
    expect(fetched).to.equal(5)

    alice.clock.tick(61_000)
    alice.okta.keys([publicJwk, newJwk])
    await alice.start()
    expect((await alice.redeem(await signedAnew(alice))).json.user?.sub).to.equal('00u1alice')
  })

  it('are fetched again after five minutes', async () => {
    const alice = await signedInOnce()
    alice.clock.tick(300_000)
    alice.okta.keys([publicJwk, newJwk])
    await alice.start()

    expect((await alice.redeem()).json.user?.sub).to.equal('00u1alice')
  })

  it('are in hand before a code is sent: without them /token is not called', async () => {
    const alice = await waitingUser('code')
    alice.okta.noUsualKeys().scope.get('/oauth2/v1/keys').times(3).reply(503, '')

    const page = await alice.complete()

    expect(page.status).to.equal(503)
    expect(page.json.code).to.equal('upstream_unavailable')
    alice.okta.keys()
    expect((await alice.redeem()).json.user?.sub).to.equal('00u1alice')
  })

  it('are in hand before a push is polled: without them it is pending', async () => {
    const alice = await waitingUser('poll')
    alice.okta.noUsualKeys().scope.get('/oauth2/v1/keys').times(3).reply(503, '')

    const page = await alice.complete()

    expect(page.json.code).to.equal('authorization_pending')
    alice.clock.tick(5000)
    alice.okta.keys()
    expect((await alice.redeem()).json.user?.sub).to.equal('00u1alice')
  })

  for (const kind of ['poll', 'code'] as const) {
    it(`end the sign-in of a ${kind} when the new ones cannot be had: the oob_code is spent`, async () => {
      const alice = await waitingUser(kind)
      alice.okta.keys().scope.get('/oauth2/v1/keys').times(3).reply(503, '')

      const page = await alice.redeem(await signedAnew(alice))

      expect(page.status).to.equal(503)
      expect(page.json.code).to.equal('upstream_unavailable')
      await expectOver(alice)
    })
  }

  it('are fetched again, unnoticed, when a fetch of them fails and the next does not', async () => {
    const alice = await waitingUser('code')
    alice.okta.noUsualKeys().scope.get('/oauth2/v1/keys').times(2).reply(503, '')
    alice.okta.keys()

    expect((await alice.redeem()).json.user?.sub).to.equal('00u1alice')
  })
})
