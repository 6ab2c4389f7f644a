import cluster from 'node:cluster'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { availableParallelism } from 'node:os'

/** How long a worker that has died stays away, in milliseconds, lest they die all the time. */
const pause = 500

/**
 * Runs a program several times behind one port, and again when one of them has died.
 *
 * @returns the port, once all of them listen to it
 */
export async function startWorkers(exec: string, env: Record<string, string>): Promise<number> {
  cluster.setupPrimary({ exec })
  let running = false
  cluster.on('exit', (worker, code, signal) => {
    console.error(`Process ${worker.process.pid} has died (${signal || code})`)
    if (!running) {
      process.exit(1)
    }
    setTimeout(() => cluster.fork(env), pause)
  })
  const count = Number(process.env['WORKERS'] ?? availableParallelism())
  const workers = Array.from({ length: count }, () => cluster.fork(env))
  const addresses = await Promise.all(workers.map((worker) => once(worker, 'listening')))
  running = true
  const [[{ port }]] = addresses as [[AddressInfo]]
  return port
}
