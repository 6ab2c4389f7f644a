import { expect } from 'chai'
import { bundle } from '../support/bundle.ts'
import { installPackage, run, type Project } from '../support/installed.ts'
import { clientOf, standIn } from '../support/stand-in.ts'

const signedIn = 'complete alice@example.com\n'

describe('The client of the published package, without Express and Passport', function () {
  this.timeout(60_000)
  let project: Project

  before(async () => {
    project = await installPackage({ web: false })
  })

  after(() => project?.remove())

  /** What a program prints that signs in at a new stand-in for Okta. */
  async function printed(args: string[], directory: string): Promise<string> {
    const okta = await standIn()
    const { clientID, clientSecret } = clientOf(okta.issuer)
    const env = {
      OKTA_OAUTH2_ISSUER: okta.customIssuer,
      OKTA_OAUTH2_CLIENT_ID: clientID,
      OKTA_OAUTH2_CLIENT_SECRET: clientSecret,
      PHONE: `${okta.issuer}/phone`,
    }
    const { stdout, stderr } = await run(process.execPath, args, { cwd: directory, env })
    return stdout + stderr
  }

  it('is installed beside neither of them', async () => {
    for (const name of ['express', 'express-session', 'passport', 'passport-strategy']) {
      const args = ['--eval', `require.resolve('${name}')`]
      const error = await run(process.execPath, args, { cwd: project.directory }).catch(
        (reason: { stderr: string }) => reason,
      )
      expect(error.stderr).to.match(/MODULE_NOT_FOUND/)
    }
  })

  it('starts and completes a sign-in, and prints nothing', async () => {
    expect(await printed(['--trace-warnings', 'client.mjs'], project.directory)).to.equal(signedIn)
  })

  it('can be required', async () => {
    const script = `console.log(typeof require('passport-okta-oob/client').OktaOobClient)`
    const args = ['--eval', script]
    const { stdout, stderr } = await run(process.execPath, args, { cwd: project.directory })
    expect(stdout + stderr).to.equal('function\n')
  })

  it('is bundled with its dependencies into less than 60 KB, and signs in from there', async () => {
    const bundled = await bundle(project, `import './client.mjs'`, 'esm')
    expect(bundled.warnings).to.deep.equal([])
    expect(bundled.size).to.be.lessThan(60_000)
    expect(await printed([bundled.name], bundled.directory)).to.equal(signedIn)
  })
})
