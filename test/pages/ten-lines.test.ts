import { expect } from 'chai'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Browser } from '../support/browser.ts'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startOnPage } from '../support/pages.ts'
import { startProcess } from '../support/process.ts'
import { whenOver } from '../support/resources.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

const file = fileURLToPath(new URL('ten-lines.mjs', import.meta.url))

describe('An app of ten lines', function () {
  this.timeout(60_000)

  before(function () {
    needsChromium(this)
  })

  it('signs in with a text and with a push', async () => {
    expect((await readFile(file, 'utf8')).trim().split('\n')).to.have.lengthOf(10)
    const okta = await standIn({ pace: { expiresIn: 300, interval: 1 } })
    const { issuer = '', clientID = '', clientSecret = '' } = clientOf(okta.issuer)
    const port = await freePort()
    const app = startProcess(process.execPath, [file], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      env: {
        PORT: String(port),
        OKTA_OAUTH2_ISSUER: issuer,
        OKTA_OAUTH2_CLIENT_ID: clientID,
        OKTA_OAUTH2_CLIENT_SECRET: clientSecret,
      },
    })
    whenOver(app.stop)
    const origin = `http://localhost:${port}`
    await answering(origin)

    const page = await visitor()
    await startOnPage(page, `${origin}/login`, 'alice@example.com', 'sms')
    await page.getByLabel('Code from the text message').fill(newest(okta).code ?? '')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL(`${origin}/`)
    expect(await page.innerText('body')).to.include('alice@example.com')

    const other = await visitor()
    await startOnPage(other, `${origin}/login`, 'bob@example.com', 'push')
    okta.directory.answer(newest(okta, 'bob@example.com').id, 'approve')
    await other.waitForURL(`${origin}/`)
    expect(await other.innerText('body')).to.include('bob@example.com')
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answering(origin: string): Promise<void> {
  for (;;) {
    const answer = await new Browser(origin).get('/').catch(() => undefined)
    if (answer) {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
