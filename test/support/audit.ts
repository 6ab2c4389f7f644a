import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { whenOver } from './resources.ts'

const events = [
  'start',
  'send',
  'pending',
  'success',
  'failure',
  'limit',
  'lock',
  'decoy',
  'fallback',
] as const

export type AuditEvent = (typeof events)[number]

export interface Reported {
  event: AuditEvent
  message: Record<string, unknown>
}

/** What is reported from here on, in order, until the test is over. */
export function listen(): Reported[] {
  const reported: Reported[] = []
  for (const event of events) {
    onEvent(event, (message) => reported.push({ event, message }))
  }
  return reported
}

export function onEvent(
  event: AuditEvent,
  hear: (message: Record<string, unknown>) => unknown,
): void {
  const subscriber = (message: unknown): void => {
    hear(message as Record<string, unknown>)
  }
  subscribe(`okta-oob:${event}`, subscriber)
  whenOver(() => unsubscribe(`okta-oob:${event}`, subscriber))
}
