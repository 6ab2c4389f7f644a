import { expect } from 'chai'
import { OktaOobStrategy } from 'passport-okta-oob'
import { startApp } from '../support/app.ts'
import { stopClock } from '../support/clock.ts'
import { OktaWire } from '../support/okta.ts'

const oobGrant = 'urn:okta:params:oauth:grant-type:oob'

const servers = {
  'the org authorization server': 'https://example.okta.com',
  'a custom authorization server': 'https://example.okta.com/oauth2/aus1custom',
}

const credentials = {
  'a public client': { options: {}, fields: {} },
  'a client with a secret': {
    options: { clientSecret: 'wire-secret' },
    fields: { client_secret: 'wire-secret' },
  },
}

for (const [server, issuer] of Object.entries(servers)) {
  for (const [client, { options, fields }] of Object.entries(credentials)) {
    describe(`The documented flows of ${server}, for ${client}`, () => {
      const start = (channel: string) => ({
        client_id: '0oa1client',
        ...fields,
        login_hint: 'alice@example.com',
        channel_hint: channel,
      })
      const token = (oobCode: string) => ({
        client_id: '0oa1client',
        ...fields,
        grant_type: oobGrant,
        scope: 'openid profile',
        oob_code: oobCode,
      })
      const strategy = () => new OktaOobStrategy({ issuer, clientID: '0oa1client', ...options })

      for (const channel of ['sms', 'voice']) {
        it(`${channel}: sends the typed code as binding_code, once`, async () => {
          const okta = new OktaWire(issuer)
          okta
            .discovery()
            .post('oob-authenticate', start(channel), 200, {
              oob_code: 'ftwG4adUWWIV_hJi3OjYeE7PlIVia-aN3B',
              expires_in: 300,
              channel,
              binding_method: 'prompt',
            })
            .post(
              'token',
              { ...token('ftwG4adUWWIV_hJi3OjYeE7PlIVia-aN3B'), binding_code: '007123' },
              200,
              await okta.tokens(),
            )
          const { browser } = await startApp(strategy())
          const alice = browser()
          await alice.postJson('/login', { username: ' alice@example.com ', channel })

          const answer = await alice.postJson('/login', { code: '007-123' })

          expect(answer.status).to.equal(200)
          expect(answer.json.user.sub).to.equal('00u1alice')
        })
      }

      for (const [binding, members] of Object.entries({
        none: {},
        transfer: { binding_code: '95' },
      })) {
        it(`push, ${binding}: polls with the oob_code alone until there are tokens`, async () => {
          const clock = stopClock()
          const okta = new OktaWire(issuer)
          okta
            .discovery()
            .post('oob-authenticate', start('push'), 200, {
              oob_code: 'ftpvP1LB26vCARL7EWM55cUhPA2vdQmHFp',
              expires_in: 300,
              interval: 5,
              channel: 'push',
              binding_method: binding,
              ...members,
            })
            .post('token', token('ftpvP1LB26vCARL7EWM55cUhPA2vdQmHFp'), 400, {
              error: 'authorization_pending',
              error_description:
                'No user response received on the out-of-band authenticator yet. Continue polling to wait for a response.',
            })
            .post('token', token('ftpvP1LB26vCARL7EWM55cUhPA2vdQmHFp'), 200, await okta.tokens())
          const { browser } = await startApp(strategy())
          const alice = browser()
          const started = await alice.postJson('/login', { username: 'alice@example.com' })
          expect(started.json.challenge.bindingCode).to.equal(
            'binding_code' in members ? members.binding_code : undefined,
          )

          clock.tick(5000)
          const pending = await alice.postJson('/login')
          expect(pending.json).to.include({ code: 'authorization_pending', retryAfter: 5 })
          clock.tick(5000)
          const answer = await alice.postJson('/login')

          expect(answer.json.user.preferred_username).to.equal('alice@example.com')
        })
      }
    })
  }
}
