import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { createClient } from 'redis'
import { startProcess, type RunningProcess } from './process.ts'

const executablePath = '/usr/bin/redis-server'

/**
 * Call this in a `before`: a developer's machine without Redis skips the suite and says what is
 * missing. CI never skips: a Redis that is not there fails the run.
 */
export function needsRedis(context: Mocha.Context): void {
  if (!process.env['CI'] && !existsSync(executablePath)) {
    console.log(`      no ${executablePath}; to run this: apt-get install redis-server`)
    context.skip()
  }
}

/** A Redis of the tests' own, which keeps nothing when it stops. */
export class TestRedis {
  readonly port: number
  #server: RunningProcess | undefined

  constructor(port: number) {
    this.port = port
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '']
    this.#server = startProcess(executablePath, options, { cwd: tmpdir() })
    await this.#server.printed(/(Ready to accept connections)/)
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }

  /** Connections stay open and are accepted, and nothing is answered. */
  hang(): void {
    this.#server?.signal('SIGSTOP')
  }

  wake(): void {
    this.#server?.signal('SIGCONT')
  }

  /** Removes the keys of a pattern. */
  async forget(pattern = '*'): Promise<void> {
    const client = await createClient({ url: this.url }).connect()
    const keys = await client.keys(pattern)
    await Promise.all(keys.map((key) => client.del(key)))
    client.destroy()
  }
}

/** Starts a Redis on a free port. */
export async function startRedis(): Promise<TestRedis> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  const redis = new TestRedis(port)
  await redis.start()
  return redis
}
