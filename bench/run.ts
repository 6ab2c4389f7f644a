import { exampleClient } from '../example/okta/client.ts'
import { firstLogins, textLogins } from './logins.ts'
import type { Figure } from './measure.ts'
import { gatedPolls } from './polls.ts'
import { waitingChallenges } from './waiting.ts'
import { startWorker } from './worker.ts'

const [major = '', minor = ''] = process.versions.node.split('.')
console.log(`\n${new Date().toISOString().slice(0, 10)}, Node ${major}.${minor}\n`)
console.log('| figure | value | aim | ours and bare |\n| --- | --- | --- | --- |')

/** At once: what was measured is not lost when something later fails. */
function print(figures: Figure[]): void {
  for (const { what, value, aim = '', detail } of figures) {
    console.log(`| ${what} | ${value} | ${aim} | ${detail} |`)
  }
}

const okta = await startWorker('okta.ts')
const env = {
  OKTA_OAUTH2_ISSUER: await okta.ask<string>('issuer'),
  OKTA_OAUTH2_CLIENT_ID: exampleClient.client_id,
  OKTA_OAUTH2_CLIENT_SECRET: exampleClient.client_secret,
}
const ours = await startWorker('app-ours.ts', env)
const bare = await startWorker('app-bare.ts', env)
print(await firstLogins(ours, okta))
print(await gatedPolls(ours, bare))
print(await textLogins({ ours, bare }, okta))
await Promise.all([ours.stop(), bare.stop(), okta.stop()])
for (const count of [10_000, 100_000]) {
  print(await waitingChallenges(count))
}
