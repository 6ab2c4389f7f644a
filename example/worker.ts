import { createServer } from 'node:http'
import { createApp, type AppOptions } from './app.ts'
import { logAuditEvents } from './audit-log.ts'
import { connectRedis } from './redis.ts'

// One of the processes that server.ts starts when there is a Redis for them to share.

logAuditEvents()
const options = JSON.parse(process.env['APP_OPTIONS'] ?? '') as AppOptions
const { store, limits, refuse } = await connectRedis(process.env['REDIS_URL'] ?? '')
const server = createServer(createApp({ ...options, store, limits }).use(refuse))
if (process.env['NODE_ENV'] !== 'production') {
  // For whoever wants to see that it makes no difference.
  server.prependListener('request', (_req, res) => {
    res.setHeader('X-Process', String(process.pid))
  })
}
server.listen(Number(process.env['PORT'] ?? 3000))
