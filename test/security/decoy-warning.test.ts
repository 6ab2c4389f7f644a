import { expect } from 'chai'
import { startProcess } from '../support/process.ts'

/** A program that meets three refusals, of two users. */
const program = `
  import { OktaOobStrategy } from 'passport-okta-oob'
  const issuer = 'https://example.okta.com'
  const answers = {
    'openid-configuration': [200, {
      issuer,
      token_endpoint: issuer + '/oauth2/v1/token',
      jwks_uri: issuer + '/oauth2/v1/keys',
    }],
    'oob-authenticate': [400, {
      error: 'invalid_grant',
      error_description: "The 'login_hint' nancy@example.com does not uniquely identify a user.",
    }],
  }
  const okta = new OktaOobStrategy({
    issuer,
    clientID: '0oa1client',
    fetch: async (url) => {
      const [status, body] = answers[url.split('/').at(-1)]
      return Response.json(body, { status })
    },
  })
  for (const username of ['nancy@example.com', 'oscar@example.com', 'nancy@example.com']) {
    const action = await new Promise((resolve) => {
      const copy = Object.assign(Object.create(okta), { fail: resolve, error: resolve })
      copy.authenticate({ method: 'POST', headers: {}, session: {}, sessionStore: {}, body: { username } })
    })
    console.log(action.code)
  }
  process.on('exit', () => console.log('over'))
`

async function run(env: NodeJS.ProcessEnv): Promise<{ output: string; errors: string }> {
  const running = startProcess(process.execPath, ['--input-type=module', '-e', program], {
    cwd: new URL('../..', import.meta.url).pathname,
    env,
  })
  await running.printed(/^(over)$/m)
  await running.stop()
  return { output: running.output(), errors: running.errors() }
}

describe('The first decoy', () => {
  for (const NODE_ENV of ['', 'development']) {
    it(`is announced with Okta’s reason, once, with NODE_ENV "${NODE_ENV}"`, async () => {
      const { output, errors } = await run({ NODE_ENV })

      expect(output).to.equal('challenge_started\nchallenge_started\nchallenge_started\nover\n')
      const warnings = errors.split('\n').filter((line) => line.includes('OKTA_OOB_DECOY'))
      expect(warnings).to.have.length(1)
      expect(warnings[0])
        .to.include("400 invalid_grant: The 'login_hint' [redacted] does not uniquely identify")
        .and.include('okta-oob:decoy')
        .and.not.include('nancy')
    })
  }

  it('is not announced in production', async () => {
    const { output, errors } = await run({ NODE_ENV: 'production' })

    expect(output).to.equal('challenge_started\nchallenge_started\nchallenge_started\nover\n')
    expect(errors).not.to.include('OKTA_OOB_DECOY')
  })
})
