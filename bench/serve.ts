import type { Express } from 'express'
import session from 'express-session'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { answerAll } from './worker.ts'

export const sessions = (): ReturnType<typeof session> =>
  session({ secret: 'bench', resave: false, saveUninitialized: false })

/** Serves the apps of one side, by their names. */
export async function serve(apps: Record<string, Express>): Promise<void> {
  const origins: Record<string, string> = {}
  for (const [name, app] of Object.entries(apps)) {
    const server = app.listen(0, '127.0.0.1')
    // Connections outlive the turns of the other side.
    server.keepAliveTimeout = 60_000
    await once(server, 'listening')
    origins[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  answerAll({
    origin: (name) => origins[name],
    /** Microseconds of CPU that this process has used. */
    cpu: () => {
      const { user, system } = process.cpuUsage()
      return user + system
    },
  })
}
