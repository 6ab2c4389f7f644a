import { Router } from 'express'
import { createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto'
import { exampleClient } from '../example/okta/client.ts'
import type { Call, Texts } from './bare-calls.ts'

declare module 'express-session' {
  interface SessionData {
    oobCode?: string
  }
}

const { client_id, client_secret } = exampleClient

/** A text login as short as it can be written: two calls to Okta, and the ID token verified. */
export function bareLogin(issuer: string, call: Call): Router {
  const router = Router()
  let keys: Promise<Map<string, KeyObject>> | undefined

  router.post('/start', (req, res, next) => {
    const fields = { channel_hint: 'sms', login_hint: String(req.body.username) }
    post('oob-authenticate', fields)
      .then(({ oob_code: oobCode = '' }) => {
        req.session.oobCode = oobCode
        return res.json({ status: 'challenge' })
      })
      .catch(next)
  })

  router.post('/complete', (req, res, next) => {
    const fields = {
      grant_type: 'urn:okta:params:oauth:grant-type:oob',
      scope: 'openid profile',
      oob_code: req.session.oobCode ?? '',
      binding_code: String(req.body.code),
    }
    keys ??= fetchKeys()
    Promise.all([post('token', fields), keys])
      .then(([{ id_token: idToken = '' }, publicKeys]) =>
        req.logIn(verified(idToken, publicKeys), (error) =>
          error ? next(error) : res.json({ status: 'complete' }),
        ),
      )
      .catch(next)
  })
  return router

  async function post(endpoint: string, fields: Texts): Promise<Texts> {
    const form = { client_id, client_secret, ...fields }
    return (await call(`${issuer}/oauth2/v1/${endpoint}`, form)) as Texts
  }

  async function fetchKeys(): Promise<Map<string, KeyObject>> {
    const answer = await call(`${issuer}/oauth2/v1/keys`)
    const { keys: jwks } = answer as { keys: (JsonWebKey & { kid: string })[] }
    return new Map(jwks.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]))
  }

  function verified(idToken: string, publicKeys: Map<string, KeyObject>): Express.User {
    const [header = '', payload = '', signature = ''] = idToken.split('.')
    const key = publicKeys.get((decode(header) as { kid: string }).kid)
    const claims = decode(payload) as { iss: string; aud: string; exp: number }
    const signed = Buffer.from(`${header}.${payload}`)
    if (
      !key ||
      !verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url')) ||
      claims.iss !== issuer ||
      claims.aud !== client_id ||
      claims.exp < Date.now() / 1000
    ) {
      throw new Error('the ID token is not valid')
    }
    return claims
  }
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
