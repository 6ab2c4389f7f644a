import express from 'express'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { ClientMetadata } from 'oidc-provider'
import { exampleClient } from './client.ts'
import { Directory } from './directory.ts'
import { phone } from './phone.ts'
import { notFound } from './texts.ts'
import { makeAuthorizationServer, makeSigningKey, rewriteToToken } from './provider.ts'
import type { Pace } from './transaction.ts'
import type { User } from './users.ts'

/** A server that answers like an Okta org, with its users' phones. Not for production. */
export interface StandIn {
  /** The org authorization server's issuer, which is the origin of it all. */
  issuer: string
  /** The issuer of a custom authorization server. */
  customIssuer: string
  directory: Directory
  server: Server
  close(): Promise<void>
}

export interface StandInOptions {
  port?: number
  users?: User[]
  pace?: Pace
  clients?: ClientMetadata[]
  /** Endpoints that this Okta does not have, and the status it says that with. */
  gone?: Record<string, number>
}

const signingKey = makeSigningKey('stand-in-1')

export async function startStandIn(options: StandInOptions = {}): Promise<StandIn> {
  const { port = 0, users, pace, clients = [exampleClient], gone = {} } = options
  const app = express()
  const server = app.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const customIssuer = `${issuer}/oauth2/default`
  const directory = new Directory(users, pace)
  const common = { directory, clients, keys: [await signingKey] }
  const org = makeAuthorizationServer({ issuer, path: '/oauth2/v1', ...common })
  const custom = makeAuthorizationServer({ issuer: customIssuer, path: '/v1', ...common })

  app.get('/', (_req, res) => {
    res.redirect('/phone')
  })
  app.use('/phone', phone(directory))
  app.use('/assets', express.static(fileURLToPath(new URL('../public', import.meta.url))))
  app.post(/\/v1\/(oob-authenticate|primary-authenticate|challenge)$/, (req, res, next) => {
    const [endpoint = ''] = /[a-z-]+$/.exec(req.path) ?? []
    const status = gone[endpoint]
    if (status) {
      res.status(status).json(notFound)
    } else {
      rewriteToToken(req, endpoint)
      next()
    }
  })
  app.use('/oauth2/default', custom.callback())
  app.use(org.callback())
  return {
    issuer,
    customIssuer,
    directory,
    server,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
