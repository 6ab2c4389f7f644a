import * as fc from 'fast-check'
import { exampleUsers } from '../../example/okta/users.ts'
import { stopClock } from '../support/clock.ts'
import { jsonDoors, shareStandIn } from '../support/flow.ts'
import * as commands from './commands.ts'
import { Model } from './model.ts'
import { World } from './world.ts'

/** Erin's second factor is another challenge, and another test; nobody@ is unknown to Okta. */
const users = exampleUsers.filter(({ secondFactor }) => !secondFactor)
const usernames = [...users.map(({ username }) => username), 'nobody@example.com']

function canSignIn(username: string, channel: string): boolean {
  const user = users.find((candidate) => candidate.username === username)
  return user !== undefined && user.assigned !== false && user.channels.includes(channel)
}

const keysOf = <K extends string>(table: Record<K, unknown>): K[] => Object.keys(table) as K[]
const orNothing = { nil: undefined }

const browser = fc.constantFrom(0, 0, 0, 1)
const channel = fc.constantFrom('push', 'sms', 'voice')
const fields = fc.record({
  user: fc.constantFrom('alice@example.com', 'bob@example.com', ...usernames),
  channel,
  spelling: fc.constantFrom(...keysOf(commands.spellings)),
})
const completion = fc.record({
  way: fc.constantFrom('right', 'right', 'right', 'wrong', 'wrong', 'wrong', 'poll', 'malformed'),
  writing: fc.constantFrom(...keysOf(commands.writings)),
})
const tabs = fc.constantFrom(1, 1, 5)
const button = fc.constantFrom('approve', 'approve', 'deny')
const seconds = fc.constantFrom(5, 5, 5, 5, 1, 30, 30, 60, 60, 300, 600, 3600)

/** How often each command comes, compared to the others. */
const frequencies: [number, fc.Arbitrary<commands.Command>][] = [
  [5, fc.tuple(browser, completion, tabs).map((args) => commands.complete(...args))],
  [2, browser.map((index) => commands.complete(index, { way: 'right', writing: 'plain' }, 5))],
  [3, seconds.map((duration) => commands.wait(duration))],
  [2, fc.tuple(browser, fields).map((args) => commands.start(...args))],
  [1, fc.tuple(browser, fields).map((args) => commands.startTwice(...args))],
  [2, fc.tuple(browser, completion).map((args) => commands.completeTwice(...args))],
  [2, fc.tuple(browser, button).map((args) => commands.press(...args))],
  [1, fc.tuple(browser, fc.option(channel, orNothing)).map((args) => commands.resend(...args))],
  [1, fc.tuple(browser, completion).map((args) => commands.overtake(...args))],
  [1, fc.tuple(browser, completion, fields).map((args) => commands.overtake(...args))],
  [1, browser.map((index) => commands.cancel(index))],
  [1, browser.map((index) => commands.plant(index))],
  [1, fc.constant(commands.restart())],
]
const anyCommands = fc.commands(
  frequencies.flatMap(([times, command]) => Array.from({ length: times }, () => command)),
  { maxCommands: 50, size: 'max' },
)

describe('Two browsers in front of one app', () => {
  const shared = shareStandIn()

  for (const [name, door] of Object.entries(jsonDoors)) {
    it(`get what the model says, whatever they, their users and time do, through ${name}`, async function () {
      this.timeout(60_000)
      const clock = stopClock()
      const property = fc.asyncProperty(fc.noBias(anyCommands), async (sequence) => {
        const real = new World(shared.okta, clock, door)
        await real.boot()
        await fc.asyncModelRun(() => ({ model: new Model(canSignIn), real }), sequence)
      })
      await fc.assert(property, { numRuns: 50, interruptAfterTimeLimit: 15_000 })
    })
  }
})
