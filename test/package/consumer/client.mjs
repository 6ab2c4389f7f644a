// Signs in with the client alone, and takes the code from the simulated phone.
import { OktaOobClient, OktaOobError } from 'passport-okta-oob/client'

const okta = new OktaOobClient()
const challenge = await okta.start({ loginHint: 'alice@example.com', channel: 'sms' })
const refused = await okta.complete(challenge, { code: '' }).catch((error) => error)
if (!(refused instanceof OktaOobError)) {
  throw new Error('a missing code is not refused')
}
const phone = await (await fetch(process.env.PHONE)).text()
const [, code] = /class="code">(\d+)</.exec(phone)
const result = await okta.complete(challenge, { code })
console.log(`${result.status} ${result.claims.preferred_username}`)
