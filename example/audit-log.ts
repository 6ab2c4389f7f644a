import { subscribe } from 'node:diagnostics_channel'
import type { AuditEvent } from 'passport-okta-oob'

const events: Record<AuditEvent, true> = {
  start: true,
  send: true,
  pending: true,
  success: true,
  failure: true,
  limit: true,
  lock: true,
  decoy: true,
  fallback: true,
}

/** Prints what happens to sign-ins, one line of JSON for each event. */
export function logAuditEvents(): void {
  for (const event of Object.keys(events)) {
    subscribe(`okta-oob:${event}`, (message) => {
      const time = new Date().toISOString()
      const line = { time, process: process.pid, event, ...(message as object) }
      console.log(JSON.stringify(line, (_key, value: unknown) => plain(value)))
    })
  }
}

/** Errors have nothing that JSON would show. */
function plain(value: unknown): unknown {
  if (!(value instanceof Error)) {
    return value
  }
  const { name, message, code } = value as NodeJS.ErrnoException
  return { name, message, code }
}
