import { RedisStore } from 'connect-redis'
import type { ErrorRequestHandler } from 'express'
import type { LimitsOptions } from 'passport-okta-oob'
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { createClient } from 'redis'

/** Milliseconds that Redis may take to answer. */
const patience = 1000

/** What the processes of an app share: sessions, and the counters of the limits. */
export interface Shared {
  store: RedisStore
  limits: LimitsOptions
  /** Answers requests that could do nothing without Redis. */
  refuse: ErrorRequestHandler
}

type Client = ReturnType<typeof makeClient>

function makeClient(url: string) {
  return createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: patience,
      socketTimeout: 2 * patience,
      // node-redis' own strategy gives up for good after a socket timeout.
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1000),
    },
  })
}

/** Comes back when Redis is there. When it goes away, commands fail at once until it is back. */
export async function connectRedis(url: string): Promise<Shared> {
  const client = makeClient(url)
  let lost = false
  client.on('error', (error: Error) => {
    if (!lost) {
      console.error(`Redis is lost: ${error.message}`)
    }
    lost = true
  })
  client.on('ready', () => {
    lost = false
  })
  await client.connect()
  void watch(client)
  return {
    store: new RedisStore({ client }),
    limits: {
      limiter: (options) =>
        new RateLimiterRedis({
          storeClient: client,
          useRedisPackage: true,
          rejectIfRedisNotReady: true,
          ...options,
        }),
    },
    refuse: (error, _req, res, next) => {
      if (res.writableEnded) {
        return // answered already: only the session's life could not be prolonged
      }
      if (client.isReady || res.headersSent) {
        next(error)
      } else {
        res.status(503).set('Retry-After', '5').type('text').send('Please try again in a moment.')
      }
    },
  }
}

/**
 * Ends the connection to a Redis that does not answer, and with it everything that waits there.
 * node-redis has no limit for that: a command's timeout counts until it is sent, and the socket's
 * starts anew with each command that is sent.
 */
async function watch(client: Client): Promise<void> {
  for (;;) {
    await sleep(patience / 2)
    if (client.isReady && !(await answers(client))) {
      client.destroy()
      await client.connect()
    }
  }
}

async function answers(client: Client): Promise<boolean> {
  const ping = client.ping().then(
    () => true,
    () => !client.isReady, // lost already, and being connected anew
  )
  // After a standstill of this process the timer is up first: the answer may be there by then.
  const late = sleep(patience).then(() => immediate(false))
  return Promise.race([ping, late])
}
