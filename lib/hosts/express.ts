import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import type { Pages } from '../pages/index.ts'
import type { Handler, SignInResponse } from '../sign-in/index.ts'
import { NodeRequest } from './node-request.ts'

const parsers = [express.urlencoded({ extended: false }), express.json()]

/** A handler for Express, connect and what takes their middleware. */
export function expressHandler(handler: Handler): RequestHandler {
  return onceParsed(async (req, res, next) => {
    const result = await handler(new NodeRequest(req, res))
    switch (result.type) {
      case 'response':
        write(res, result.response)
        break
      case 'next':
        res.statusCode = result.status
        setHeaders(res, result.headers)
        req.oktaOob = result.answer
        next()
        break
      case 'error':
        setHeaders(res, result.headers)
        next(result.error)
        break
    }
  })
}

/** The ready-made pages for Express, connect and what takes their middleware. */
export function expressPages(pages: Pages): RequestHandler {
  return (req, res, next) => {
    const request = new NodeRequest(req, res)
    const page = pages.routeOf(request)
    if (page) {
      onceParsed(async () => write(res, await page(request)))(req, res, next)
    } else {
      next()
    }
  }
}

function onceParsed(
  handle: (req: Request, res: Response, next: NextFunction) => Promise<void>,
): RequestHandler {
  return (req, res, next) => {
    parseBody(req, res)
      .then(() => handle(req, res, next))
      .catch((error: unknown) => {
        if (!res.headersSent) {
          res.setHeader('cache-control', 'no-store')
        }
        next(error)
      })
  }
}

/** Parses the body of a POST, unless the app has. */
async function parseBody(req: Request, res: Response): Promise<void> {
  const isRaw = (req.body as unknown) === undefined && !req.readableEnded
  for (const parser of req.method === 'POST' && isRaw ? parsers : []) {
    await new Promise<void>((resolve, reject) => {
      parser(req, res, (error: unknown) => (error ? reject(error) : resolve()))
    })
  }
}

/** By node:http's own methods: hosts other than Express have no others. */
function write(res: Response, { status, headers, body }: SignInResponse): void {
  res.statusCode = status
  setHeaders(res, headers)
  if (status !== 304) {
    // express-session sends headers before the body, which would then be chunked.
    res.setHeader('content-length', Buffer.byteLength(body))
  }
  res.end(body)
}

function setHeaders(res: Response, { vary, ...headers }: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    res.setHeader(name, value)
  }
  if (vary !== undefined) {
    // Other middleware may vary its answers too.
    res.appendHeader('vary', vary)
  }
}
