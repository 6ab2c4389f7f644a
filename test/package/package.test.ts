import { expect } from 'chai'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Browser } from '../support/browser.ts'
import { installPackage, run, type Project } from '../support/installed.ts'
import { startProcess } from '../support/process.ts'
import { whenOver } from '../support/resources.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

const root = new URL('../..', import.meta.url).pathname

describe('The published package', function () {
  this.timeout(60_000)
  let project: Project

  before(async () => {
    project = await installPackage()
  })

  after(() => project?.remove())

  it('holds what is built from lib, its papers, and nothing else', async () => {
    const sources = (await readdir(join(root, 'lib'), { recursive: true }))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => name.slice(0, -'.ts'.length))
    const built = sources
      .flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`, `dist/${name}.js.map`])
      // What browsers load is served without its map.
      .filter((name) => !(name.startsWith('dist/browser/') && name.endsWith('.map')))
    const papers = ['LICENSE', 'README.md', 'package.json']

    const packed = project.files.filter((name) => name !== 'CHANGELOG.md')
    expect(packed.toSorted()).to.deep.equal([...built, ...papers].toSorted())
  })

  it('has source maps that carry their sources, which are not packed', async () => {
    const dist = join(project.directory, 'node_modules/passport-okta-oob')
    for (const name of project.files.filter((file) => file.endsWith('.map'))) {
      const map = JSON.parse(await readFile(join(dist, name), 'utf8')) as {
        sources: string[]
        sourcesContent?: string[]
      }
      expect(map.sourcesContent, name).to.have.lengthOf(map.sources.length)
    }
  })

  for (const [way, script] of Object.entries({
    import: 'imported.mjs',
    require: 'required.cjs',
  })) {
    it(`signs in when it is loaded by ${way}, and prints nothing`, async () => {
      const okta = await standIn()
      const { issuer = '', clientID = '', clientSecret = '' } = clientOf(okta.issuer)
      const app = startProcess(process.execPath, ['--trace-warnings', script], {
        cwd: project.directory,
        env: {
          OKTA_OAUTH2_ISSUER: issuer,
          OKTA_OAUTH2_CLIENT_ID: clientID,
          OKTA_OAUTH2_CLIENT_SECRET: clientSecret,
        },
      })
      whenOver(app.stop)
      const origin = await app.printed(/^(http:\S+)\n/)
      const alice = new Browser(origin)

      const started = await alice.post('/login', { username: 'alice@example.com', channel: 'sms' })
      expect(started.location).to.equal('/code')
      const answer = await alice.post('/login', { code: newest(okta).code ?? '' })

      expect(answer.json.preferred_username).to.equal('alice@example.com')
      await app.stop()
      expect(app.output() + app.errors()).to.equal(`${origin}\n`)
    })
  }

  it('finds the files of its sign-in pages', async () => {
    const script = `
      import { OktaOobStrategy } from 'passport-okta-oob'
      const okta = new OktaOobStrategy({ issuer: 'https://example.okta.com', clientID: 'x' })
      console.log(typeof okta.routes())`
    const args = ['--input-type=module', '--eval', script]
    const { stdout, stderr } = await run(process.execPath, args, { cwd: project.directory })
    expect(stdout + stderr).to.equal('function\n')
  })
})
