import middie from '@fastify/middie'
import formbody from '@fastify/formbody'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import connect from 'connect'
import express, { type Express, type RequestHandler } from 'express'
import express4 from 'express4'
import fastify, { type FastifyInstance } from 'fastify'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { serve } from '../support/serve.ts'
import { whenOver } from '../support/resources.ts'

export type Next = (error?: unknown) => void
/** What all hosts of this folder take: a handler of node:http with a third parameter. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: Next) => void

export interface HostApp {
  /** In the order in which they run; the path `/` means every request. */
  middleware: [path: string, handle: Middleware][]
  /** The path of a POST route of the host's own, which answers with the body as JSON. */
  echo: string
}

export interface Host {
  /** Where in the host the middleware is mounted; empty for its root. */
  base: string
  /** Serves the app for one test, and answers its origin. */
  start: (app: HostApp) => Promise<string>
}

export const parsers: Middleware[] = [
  express.urlencoded({ extended: false }) as Middleware,
  express.json() as Middleware,
]

const json = { 'content-type': 'application/json' }

async function startConnect({ middleware, echo }: HostApp): Promise<string> {
  const app = connect()
  for (const [path, handle] of middleware) {
    app.use(path, handle)
  }
  for (const parser of parsers) {
    app.use(echo, parser)
  }
  app.use(echo, (req, res) => {
    res.writeHead(200, json).end(JSON.stringify((req as { body?: unknown }).body))
  })
  return (await serve(app)).origin
}

function startExpress(make: () => Express, base = '') {
  return async ({ middleware, echo }: HostApp): Promise<string> => {
    const app = make()
    const router = base === '' ? app : express.Router()
    for (const [path, handle] of middleware) {
      router.use(path, handle as RequestHandler)
    }
    router.post(echo, express.json(), (req, res) => {
      res.json(req.body)
    })
    if (router !== app) {
      app.use(base, router)
    }
    return (await serve(app)).origin
  }
}

async function startFastify({ middleware, echo }: HostApp): Promise<string> {
  const app = fastify()
  await app.register(middie)
  addToFastify(app, middleware, echo)
  return listen(app)
}

/** Middleware behind Fastify's own parsers; the paths are no routes of Fastify's. */
async function startParsingFastify({ middleware, echo }: HostApp): Promise<string> {
  const app = fastify()
  await app.register(formbody)
  await app.register(middie, { hook: 'preHandler' })
  app.setNotFoundHandler({ preHandler: (_req, _reply, done) => done() }, (_req, reply) => {
    void reply.code(404).send({ error: 'Not Found' })
  })
  addToFastify(app, middleware, echo)
  return listen(app)
}

function addToFastify(app: FastifyInstance, middleware: HostApp['middleware'], echo: string): void {
  for (const [path, handle] of middleware) {
    app.use(path, handle)
  }
  app.post(echo, async ({ body }) => body)
}

async function listen(app: FastifyInstance): Promise<string> {
  whenOver(() => app.close())
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  return address.replace('127.0.0.1', 'localhost')
}

/** Without decorators, which are functions like any other. */
class AppModule {
  readonly name = 'app'
}
Module({})(AppModule)

async function startNest({ middleware, echo }: HostApp): Promise<string> {
  const adapter = new FastifyAdapter()
  const app = await NestFactory.create(AppModule, adapter, { logger: false })
  for (const [path, handle] of middleware) {
    app.use(path, handle)
  }
  adapter.getInstance().post(echo, async ({ body }) => body)
  whenOver(() => app.close())
  await app.listen(0, '127.0.0.1')
  return (await app.getUrl()).replace('127.0.0.1', 'localhost')
}

/** Hosts in which nothing has read the body when the middleware runs. */
export const hosts: Record<string, Host> = {
  connect: { base: '', start: startConnect },
  'Fastify 5 with @fastify/middie': { base: '', start: startFastify },
  'Nest 11 on its Fastify adapter': { base: '', start: startNest },
  'Express 4': { base: '', start: startExpress(express4) },
  'Express 5': { base: '', start: startExpress(express) },
  'a router of Express 4': { base: '/nested', start: startExpress(express4, '/nested') },
  'a router of Express 5': { base: '/nested', start: startExpress(express, '/nested') },
}

/** Hosts in which the body has been parsed by then, by middleware or by the host itself. */
export const parsingHosts: Record<string, Host> = {
  connect: withParsers(startConnect),
  'Fastify 5 with @fastify/middie as preHandler': { base: '', start: startParsingFastify },
  'Express 4': withParsers(startExpress(express4)),
  'Express 5': withParsers(startExpress(express)),
}

function withParsers(start: Host['start']): Host {
  const before = parsers.map((parser): [string, Middleware] => ['/', parser])
  return {
    base: '',
    start: ({ middleware, echo }) => start({ middleware: [...before, ...middleware], echo }),
  }
}
