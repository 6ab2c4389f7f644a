import type { HostRequest } from '../sign-in/index.ts'

let warned = false

/**
 * Warns once, outside production, of an app that sees its proxy's address instead of the browser's:
 * there is an `X-Forwarded-For`, the host takes no notice of it, and its sender is not trusted.
 *
 * @param ip the browser's address, as the host has it
 */
export function warnOfUntrustedProxy(req: HostRequest, ip: string | undefined): void {
  const { headers, socket } = req as Partial<HostRequest>
  if (warned || headers?.['x-forwarded-for'] === undefined) {
    return
  }
  const sender = socket?.remoteAddress
  // Koa has an empty text for no address, as that of a unix socket is.
  const isSender = (ip || undefined) === sender
  if (!isSender || trusts(req, sender) || process.env['NODE_ENV'] === 'production') {
    return
  }
  warned = true
  process.emitWarning(
    'A request came with X-Forwarded-For from a proxy that the app does not trust, so that all ' +
      'users behind it have one address, and share its limits. Where that proxy is yours, trust ' +
      "it: Express's app.set('trust proxy', 1), Fastify's trustProxy, Koa's app.proxy; connect " +
      'needs a middleware that sets req.ip.',
    { code: 'OKTA_OOB_TRUST_PROXY' },
  )
}

function trusts(req: HostRequest, sender: string | undefined): boolean {
  const { app } = req as Partial<HostRequest>
  if (!app?.get) {
    // Fastify has `ips` with its `trustProxy` only; @fastify/middie copies what Fastify has. Any
    // other `ip` is the app's own work.
    return 'ips' in req ? req.ips !== undefined : Object.hasOwn(req, 'ip')
  }
  const byExpress: unknown = app.get('trust proxy fn')
  // koa-passport answers one setting for Koa, whose `ips` cannot be read through it.
  return Boolean(typeof byExpress === 'function' ? byExpress(sender, 0) : app.get('trust proxy'))
}
