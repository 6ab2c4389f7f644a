import { asError, OktaOobError } from '../errors.ts'
import { inTime, NoAnswer } from '../limits/index.ts'

/** Of koa-session, on the context that koa-passport's request has. */
interface KoaRequest {
  session?: Record<string, unknown> | null
  ctx?: { sessionOptions?: { rolling?: unknown; renew?: unknown } }
}

/** The data of koa-session's sessions, as their requests have loaded them. */
const loaded = new WeakMap<object, string>()

/** Takes note of a session that koa-session saves with the answer when it has changed. */
export function noteLoaded(req: object): void {
  loaded.set(req, JSON.stringify((req as KoaRequest).session))
}

/**
 * Has a session, or its store, do something.
 *
 * @throws {OktaOobError} `session_failed`
 */
export async function askSession<T>(req: object, question: () => T | Promise<T>): Promise<T> {
  try {
    return await inTime('The session', question)
  } catch (cause) {
    throw failureOf(req, cause)
  }
}

/** @returns the failure, once nothing waits any longer for a session that does not answer */
export function failureOf(req: object, cause: unknown): OktaOobError {
  if (cause instanceof NoAnswer) {
    abandonSession(req)
  }
  return sessionFailed(cause)
}

/** Only what describes the store's error: some carry the command that failed, session and all. */
export function sessionFailed(error: unknown): OktaOobError {
  const { message, stack, code } = asError(error) as NodeJS.ErrnoException
  const cause = Object.assign(new Error(message), { stack }, code !== undefined && { code })
  return new OktaOobError('session_failed', { cause })
}

/** The hosts would wait for the store again, before they answer. */
function abandonSession(req: KoaRequest): void {
  const data = loaded.get(req)
  const { session, ctx } = req
  if (data === undefined || !session) {
    // What express-session and @fastify/session do not find, they do not save.
    req.session = null
    return
  }
  // koa-session does not save what is as it was.
  const before = JSON.parse(data) as Record<string, unknown>
  for (const name of Object.keys(session)) {
    if (!Object.hasOwn(before, name) && name !== 'isNew' && !name.startsWith('_')) {
      Reflect.deleteProperty(session, name)
    }
  }
  Object.assign(session, before, { _requireSave: false })
  Object.assign(ctx?.sessionOptions ?? {}, { rolling: false, renew: false })
}
