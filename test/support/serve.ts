import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { whenOver } from './resources.ts'

/** Serves an app on a free port, for one test. */
export async function serve(
  app: RequestListener,
): Promise<{ server: Server; port: number; origin: string }> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  whenOver(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return { server, port, origin: `http://localhost:${port}` }
}
