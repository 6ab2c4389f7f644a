import { exampleUsers } from '../example/okta/users.ts'
import { startStandIn } from '../example/okta/stand-in.ts'
import { answerAll } from './worker.ts'

/** Okta, with enough users for everyone who signs in at the same time. */
const numbered = Array.from({ length: 200 }, (_, index) => ({
  username: `user${index}@example.com`,
  name: `User ${index}`,
  channels: ['sms'],
}))
const { issuer, directory, server } = await startStandIn({ users: [...exampleUsers, ...numbered] })
// Connections outlive the turns of the other sides, also those of `fetch`, which goes by this.
server.keepAliveTimeout = 60_000

const requests = new Map<string, number>()
server.on('request', ({ url = '' }) => {
  const endpoint = url.split('/').at(-1) ?? ''
  requests.set(endpoint, (requests.get(endpoint) ?? 0) + 1)
})

answerAll({
  issuer: () => issuer,
  code: (username) => directory.messages(username)[0]?.code,
  requests: () => Object.fromEntries(requests),
})
