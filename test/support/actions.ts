import type { Request } from 'express'
import type { OktaOobAuthenticateOptions, OktaOobStrategy } from 'passport-okta-oob'

/** A call of one of Passport's actions. */
export type Action = [name: 'success' | 'fail' | 'redirect' | 'pass' | 'error', ...args: unknown[]]

/** Runs a strategy as Passport does, on a copy with actions, and tells which it has called. */
export async function drive(
  okta: OktaOobStrategy,
  req: object,
  options?: OktaOobAuthenticateOptions,
  override: Partial<Record<Action[0], (...args: unknown[]) => void>> = {},
): Promise<Action[]> {
  const actions: Action[] = []
  const copy = Object.create(okta) as OktaOobStrategy
  for (const name of ['success', 'fail', 'redirect', 'pass', 'error'] as const) {
    const action = (...args: unknown[]): void => {
      actions.push([name, ...args])
      override[name]?.(...args)
    }
    Object.assign(copy, { [name]: action })
  }
  await copy.authenticate(req as Request, options)
  // An action that comes late would come now.
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  return actions
}

/** A POST as a bare host hands it over. */
export function request(
  body: unknown,
  session: object | undefined = {},
  more: object = {},
): Record<string, unknown> {
  // Its session is on the server, in a store that is out of reach.
  return { method: 'POST', headers: {}, body, session, sessionStore: {}, ...more }
}
