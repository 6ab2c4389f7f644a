import { AssertionError, expect } from 'chai'
import type { Server } from 'node:http'
import timers from 'node:timers/promises'

/** What comes and goes with every request. */
const passing = new Set(['TCPSocketWrap', 'Immediate'])

/** What keeps this process alive, by its kinds, in between requests. */
export function openHandles(): string[] {
  const kinds = process.getActiveResourcesInfo()
  return kinds.filter((kind) => !passing.has(kind)).toSorted()
}

/**
 * Nothing keeps this process alive that did not do so `before`. The servers, who owe nobody an
 * answer, close the connections that wait for a next request; a socket that is left belongs to a
 * call that has not ended.
 */
export async function expectNoMoreHandles(before: string[], servers: Server[]): Promise<void> {
  await eventually(() => {
    for (const server of servers) {
      server.closeAllConnections()
    }
    // Handles of `before` may have gone meanwhile.
    const added = process.getActiveResourcesInfo()
    for (const kind of before) {
      const index = added.indexOf(kind)
      added.splice(index, index < 0 ? 0 : 1)
    }
    expect(added).to.deep.equal([])
  })
}

/** Waits for what holds soon, such as the news of a closed socket, and fails as `check` does. */
export async function eventually(check: () => void): Promise<void> {
  for (let tries = 500; ; tries -= 1) {
    await timers.setTimeout(1)
    try {
      check()
      return
    } catch (error) {
      if (tries === 0 || !(error instanceof AssertionError)) {
        throw error
      }
    }
  }
}
