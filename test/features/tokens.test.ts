import { expect } from 'chai'
import type { Request } from 'express'
import { fetchUserInfo, tokenIntrospection, type Configuration, type IDToken } from 'openid-client'
import { OktaOobStrategy, type Tokens } from 'passport-okta-oob'
import { keep, refresh, revoke } from '../../example/tokens.ts'
import { startApp } from '../support/app.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

for (const issuer of ['issuer', 'customIssuer'] as const) {
  describe(`What an app may do with its tokens (${issuer})`, () => {
    let strategy: OktaOobStrategy
    let tokens: Tokens
    let claims: IDToken
    let req: Request

    beforeEach(async () => {
      const okta = await standIn()
      const scope = 'openid profile offline_access'
      strategy = new OktaOobStrategy(
        {
          ...clientOf(okta[issuer]),
          scope,
          passReqToCallback: true,
          passTokensToCallback: true,
        },
        (request, verified, given, done) => {
          req = request
          claims = verified
          tokens = given
          done(null, verified)
        },
      )
      const user = (await startApp(strategy)).browser()
      await user.postJson('/start', { username: 'alice@example.com', channel: 'sms' })
      const done = await user.postJson('/complete', { code: newest(okta).code })
      expect(done.json.status).to.equal('complete')
    })

    const configuration = async (): Promise<Configuration> =>
      (await strategy.client(req)).configuration()

    it('user info is one call of openid-client', async () => {
      const { sub } = claims

      const user = await fetchUserInfo(await configuration(), tokens.access_token, sub)

      expect(user.name).to.equal('Alice Example')
    })

    it('a refresh gives new tokens that work', async () => {
      const renewed = await refresh(strategy, req, keep(tokens))

      expect(renewed.accessToken).to.not.equal(tokens.access_token)
      const state = await tokenIntrospection(await configuration(), renewed.accessToken)
      expect(state).to.include({ active: true })
    })

    it('a logout with revocation ends them', async () => {
      await revoke(strategy, req, keep(tokens))

      const state = await tokenIntrospection(await configuration(), tokens.refresh_token ?? '')
      expect(state).to.deep.equal({ active: false })
      const error = await refresh(strategy, req, keep(tokens)).catch((failure: unknown) => failure)
      expect(error).to.include({ error: 'invalid_grant' })
    })
  })
}
