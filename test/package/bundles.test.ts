import { expect } from 'chai'
import { compileAssets } from '../support/assets.ts'
import { Browser } from '../support/browser.ts'
import { bundle } from '../support/bundle.ts'
import { installPackage, type Project } from '../support/installed.ts'
import { startProcess } from '../support/process.ts'
import { whenOver } from '../support/resources.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

/** What an app does not need that uses the client or its errors and nothing else. */
const ofTheWeb = /express|passport-strategy|okta-oob\/dist\/(pages|hosts|sign-in|strategy)/

describe('The published package in a bundle', function () {
  this.timeout(60_000)
  let project: Project

  before(async () => {
    project = await installPackage()
  })

  after(() => project?.remove())

  for (const format of ['esm', 'cjs'] as const) {
    it(`serves its pages and assets and signs in, as one file (${format})`, async () => {
      const bundled = await bundle(project, `import './pages.mjs'`, format)
      expect(bundled.warnings).to.deep.equal([])
      const okta = await standIn()
      const { clientID, clientSecret } = clientOf(okta.issuer)
      const app = startProcess(process.execPath, ['--trace-warnings', bundled.name], {
        cwd: bundled.directory,
        env: {
          OKTA_OAUTH2_ISSUER: okta.customIssuer,
          OKTA_OAUTH2_CLIENT_ID: clientID,
          OKTA_OAUTH2_CLIENT_SECRET: clientSecret,
        },
      })
      whenOver(app.stop)
      const origin = await app.printed(/^(http:\S+)\n/)
      const alice = new Browser(origin)

      const page = await alice.get('/login')
      expect(page.status).to.equal(200)
      const folder = /href="([^"]+)style\.css"/.exec(page.text)?.[1] ?? ''
      for (const [name, content] of await compileAssets()) {
        const asset = await alice.get(new URL(folder + name, `${origin}/login`).pathname)
        expect(asset.text, name).to.equal(content)
      }
      const username = 'alice@example.com'
      const started = await alice.post('/login', { username, channel: 'sms' })
      expect(started.status).to.equal(303)
      const completed = await alice.post('/login/complete', { code: newest(okta).code ?? '' })
      expect(completed.location).to.equal('/me')
      expect((await alice.get('/me')).json.preferred_username).to.equal(username)
      await app.stop()
      expect(app.output() + app.errors()).to.equal(`${origin}\n`)
    })
  }

  for (const { name, from } of [
    { name: 'OktaOobError', from: 'passport-okta-oob' },
    { name: 'OktaOobClient', from: 'passport-okta-oob' },
    { name: 'OktaOobError', from: 'passport-okta-oob/client' },
    { name: 'OktaOobClient', from: 'passport-okta-oob/client' },
  ]) {
    it(`carries no Express and no pages for ${name} of ${from}`, async () => {
      const source = `import { ${name} } from '${from}'\nconsole.log(${name})`
      const { contents } = await bundle(project, source, 'esm')
      expect(contents).to.include('passport-okta-oob/dist/errors.js')
      expect(contents.filter((file) => ofTheWeb.test(file))).to.deep.equal([])
    })
  }
})
