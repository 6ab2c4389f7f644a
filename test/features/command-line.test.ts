import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { clientOf, newest, standIn } from '../support/stand-in.ts'
import { whenOver } from '../support/resources.ts'

/** Runs the example script against the stand-in, as its users do. */
async function commandLine(args: string[]) {
  const okta = await standIn({ pace: { expiresIn: 300, interval: 1 } })
  const { clientID, clientSecret } = clientOf(okta.issuer)
  const script = new URL('../../example/cli.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env: {
      ...process.env,
      OKTA_OAUTH2_ISSUER: okta.issuer,
      OKTA_OAUTH2_CLIENT_ID: clientID,
      OKTA_OAUTH2_CLIENT_SECRET: clientSecret,
    },
  })
  whenOver(() => child.kill())
  const exit = once(child, 'exit')
  return { okta, child, exit, said: text(child.stdout), asked: once(child.stderr, 'data') }
}

describe('The command line example', () => {
  it('signs in with the code that is typed', async () => {
    const { okta, child, exit, said, asked } = await commandLine(['carol@example.com', 'sms'])
    await asked
    child.stdin.write(`${newest(okta, 'carol@example.com').code}\n`)

    expect(await exit).to.deep.equal([0, null])
    expect(await said).to.include('carol@example.com')
  })

  it('waits for the push to be approved', async () => {
    const { okta, exit, said, asked } = await commandLine(['bob@example.com', 'push'])
    await asked
    okta.directory.answer(newest(okta, 'bob@example.com').id, 'approve')

    expect(await exit).to.deep.equal([0, null])
    expect(await said).to.include('bob@example.com')
  })

  it('says why it failed', async () => {
    const { exit, asked } = await commandLine(['dave@example.com', 'push'])

    const [complaint] = (await asked) as [Buffer]
    expect(complaint.toString()).to.include('access_denied')
    expect(await exit).to.deep.equal([1, null])
  })
})
