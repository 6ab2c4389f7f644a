import { fileURLToPath } from 'node:url'
import { createApp } from './app.ts'
import { logAuditEvents } from './audit-log.ts'
import { startWorkers } from './cluster.ts'
import { listen, serve } from './serve.ts'

await serve((options) => {
  // With a Redis to share, in several processes.
  if (process.env['REDIS_URL']) {
    const worker = fileURLToPath(new URL('worker.ts', import.meta.url))
    return startWorkers(worker, { APP_OPTIONS: JSON.stringify(options) })
  }
  logAuditEvents()
  return listen(createApp(options))
})
