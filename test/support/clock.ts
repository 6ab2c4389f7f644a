import { withGlobal, type Clock } from '@sinonjs/fake-timers'
import { whenOver } from './resources.ts'

/**
 * Stops `Date` for the rest of the test; `clock.tick(milliseconds)` moves it. Timers stay real, so
 * that requests go through.
 */
export function stopClock(now: number = Date.now()): Clock {
  const clock = withGlobal(globalThis).install({ now, toFake: ['Date'] })
  whenOver(() => {
    clock.uninstall()
  })
  return clock
}
