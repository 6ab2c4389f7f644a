import { exampleClient } from '../example/okta/client.ts'
import { firstLogins, textLogins } from './logins.ts'
import type { Figure } from './measure.ts'
import { gatedPolls } from './polls.ts'
import { waitingChallenges } from './waiting.ts'
import { startWorker } from './worker.ts'

const okta = await startWorker('okta.ts')
const env = {
  OKTA_OAUTH2_ISSUER: await okta.ask<string>('issuer'),
  OKTA_OAUTH2_CLIENT_ID: exampleClient.client_id,
  OKTA_OAUTH2_CLIENT_SECRET: exampleClient.client_secret,
}
const ours = await startWorker('app-ours.ts', env)
const bare = await startWorker('app-bare.ts', env)
const figures: Figure[] = [
  ...(await firstLogins(ours, okta)),
  ...(await gatedPolls(ours, bare)),
  ...(await textLogins({ ours, bare }, okta)),
]
await Promise.all([ours.stop(), bare.stop(), okta.stop()])
for (const count of []) {
  figures.push(...(await waitingChallenges(count)))
}

const [major = '', minor = ''] = process.versions.node.split('.')
console.log(`\n${new Date().toISOString().slice(0, 10)}, Node ${major}.${minor}\n`)
console.log('| figure | value | aim | ours and bare |\n| --- | --- | --- | --- |')
for (const { what, value, aim = '', detail } of figures) {
  console.log(`| ${what} | ${value} | ${aim} | ${detail} |`)
}
