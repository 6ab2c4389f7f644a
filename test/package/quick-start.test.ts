import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { Browser } from '../support/browser.ts'
import { startProcess, type RunningProcess } from '../support/process.ts'
import { whenOver } from '../support/resources.ts'
import { clientOf, newest, standIn } from '../support/stand-in.ts'

const root = new URL('../..', import.meta.url).pathname

/** The app that the README's quick start has its reader copy; it says when and where it listens. */
async function quickStart(): Promise<string> {
  const readme = await readFile(`${root}README.md`, 'utf8')
  const [, code = ''] = /^## Quick start$.*?```js\n(\/\/ app\.mjs\n.*?)```/ms.exec(readme) ?? []
  const listen = 'app.listen(PORT)'
  expect(code).to.include(listen)
  return code.replace(
    listen,
    `const server = ${listen}.on('listening', () => console.log('port ' + server.address().port))`,
  )
}

interface Ended {
  status: string
  errors: string
}

function start(command: string[], env: NodeJS.ProcessEnv): RunningProcess {
  const running = startProcess(process.execPath, command, { cwd: root, env })
  whenOver(running.stop)
  return running
}

async function startQuickStart(env: NodeJS.ProcessEnv): Promise<RunningProcess> {
  return start(['--input-type=module', '-e', await quickStart()], env)
}

/** What a program says that ends by itself. */
async function ended(running: RunningProcess): Promise<Ended> {
  const { message: status } = await running
    .printed(/(port \d+|Sign in)/)
    .catch((error: Error) => error)
    .then((it) => (it instanceof Error ? it : new Error('it runs')))
  return { status, errors: running.errors() }
}

const settings = {
  SESSION_SECRET: 'a long random text',
  OKTA_OAUTH2_ISSUER: 'https://example.okta.com',
  OKTA_OAUTH2_CLIENT_ID: '0oa1client',
}

describe('The app of the quick start', () => {
  it('signs in with what it names', async () => {
    const okta = await standIn()
    const { issuer = '', clientID = '', clientSecret = '' } = clientOf(okta.issuer)
    const app = await startQuickStart({
      SESSION_SECRET: settings.SESSION_SECRET,
      PORT: '0',
      OKTA_OAUTH2_ISSUER: issuer,
      OKTA_OAUTH2_CLIENT_ID: clientID,
      OKTA_OAUTH2_CLIENT_SECRET: clientSecret,
    })
    const port = await app.printed(/^port (\d+)$/m)
    const alice = new Browser(`http://localhost:${port}`)
    await alice.post('/login', { username: 'alice@example.com', channel: 'sms' })
    const { location } = await alice.post('/login/complete', { code: newest(okta).code ?? '' })

    expect(location).to.equal('/')
    expect((await alice.get('/')).json.preferred_username).to.equal('alice@example.com')
    expect(app.errors()).to.equal('')
  })

  const names = ['SESSION_SECRET', 'OKTA_OAUTH2_ISSUER', 'OKTA_OAUTH2_CLIENT_ID'] as const
  for (const name of names) {
    it(`ends at its start without ${name}, and says what to set`, async () => {
      const app = await startQuickStart({ ...settings, PORT: '0', [name]: '' })

      const { status, errors } = await ended(app)

      expect(status).to.match(/ended without/)
      expect(errors).to.match(new RegExp(`Error: .*${name}`))
    })
  }
})

describe('The example', () => {
  it('ends at its start without SESSION_SECRET where it talks to a real Okta', async () => {
    const env = { ...settings, SESSION_SECRET: '', PORT: '0' }
    const { status, errors } = await ended(start(['--import', 'tsx/esm', 'example/server.ts'], env))

    expect(status).to.match(/ended without/)
    expect(errors).to.match(/Error: Set SESSION_SECRET/)
  })
})
