// Signs in from a terminal: npm run -s cli -- alice@example.com push
import { createInterface } from 'node:readline/promises'
import { OktaOobClient, OktaOobError, type TokenResult } from 'passport-okta-oob'
import { exampleClient } from './okta/client.ts'

const [loginHint = 'alice@example.com', channel = 'push'] = process.argv.slice(2)
const okta = new OktaOobClient(
  process.env['OKTA_OAUTH2_ISSUER']
    ? {}
    : {
        // The stand-in of `npm start`.
        issuer: `http://localhost:${process.env['PHONE_PORT'] ?? 3001}/oauth2/default`,
        clientID: exampleClient.client_id,
        clientSecret: exampleClient.client_secret,
      },
)

const interrupt = new AbortController()
process.once('SIGINT', () => {
  interrupt.abort()
})

try {
  await signIn()
} catch (error) {
  if (!(error instanceof OktaOobError)) {
    throw error
  }
  console.error(error.message, error.cause)
  process.exitCode = 1
}

async function signIn(): Promise<void> {
  const challenge = await okta.start({ loginHint, channel })
  if (challenge.bindingMethod === 'prompt') {
    const terminal = createInterface({ input: process.stdin, output: process.stderr })
    const code = await terminal.question('Code: ', { signal: interrupt.signal })
    terminal.close()
    show(await okta.complete(challenge, { code }))
  } else {
    console.error(challenge.bindingCode ? `Pick ${challenge.bindingCode}` : 'Approve the push')
    show(await okta.wait(challenge, { signal: interrupt.signal }))
  }
}

function show(answer: TokenResult): void {
  console.log(answer.status === 'complete' ? answer.claims : answer.status)
}
