import { expect } from 'chai'
import Koa from 'koa'
import nock from 'nock'
import { OktaOobClient, type Challenge } from 'passport-okta-oob'
import { OktaWire } from '../support/okta.ts'
import { serve } from '../support/serve.ts'

const { issuer } = new OktaWire()
const text: Challenge = {
  id: 'challenge-1',
  oobCode: 'ft-oob-code',
  channel: 'sms',
  bindingMethod: 'prompt',
  expiresAt: Date.now() + 300_000,
  interval: 5,
  loginHint: 'alice@example.com',
  issuer,
  clientId: 'app',
  scope: 'openid profile',
}

function complete(code?: string): Promise<unknown> {
  return new OktaOobClient({ issuer, clientID: 'app' }, {}).complete(text, { code })
}

/** A Koa app that lets errors go, as is usual there: Koa answers them by `status` and `expose`. */
async function answerOf(code?: string): Promise<{ status: number; body: string }> {
  const app = new Koa()
  app.silent = true
  app.use(() => complete(code))
  const handle = app.callback()
  const { origin } = await serve((req, res) => void handle(req, res))
  const answer = await fetch(origin)
  return { status: answer.status, body: await answer.text() }
}

describe('An error, where a framework takes it for one of http-errors', () => {
  it('answers with its status, and with its message below 500', async () => {
    expect(await answerOf()).to.deep.equal({ status: 400, body: 'Enter the code you received.' })
  })

  it('keeps its message to itself at 500 and above', async () => {
    nock(issuer).get('/.well-known/openid-configuration').reply(404)
    const answer = await answerOf('123456')
    expect(answer).to.deep.equal({ status: 500, body: 'Internal Server Error' })
  })

  it('has the same status under both names', async () => {
    const error: unknown = await complete().catch((reason: unknown) => reason)
    expect(error).to.include({ status: 400, statusCode: 400, expose: true })
  })
})
