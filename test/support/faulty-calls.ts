import type { Endpoint } from './fault-server.ts'
import type { FaultyFlow } from './faulty-flow.ts'
import type { Step } from './flow.ts'

export interface FaultyCall {
  /** Where the fault is. */
  at: Endpoint
  username?: string
  /** Whether the app asks for the user's claims. */
  userInfo?: true
  before?: (flow: FaultyFlow) => Promise<unknown>
  act: (flow: FaultyFlow) => Promise<Step>
}

/** The calls that a sign-in makes, and where it must be for them. */
export const calls = {
  discovery: { at: 'discovery', act: (flow) => flow.start('sms') },
  'discovery after a restart': {
    at: 'discovery',
    before: async (flow) => {
      await flow.start('sms')
      await flow.restart()
    },
    act: (flow) => flow.complete(),
  },
  start: {
    at: 'start',
    before: (flow) => flow.start('sms'),
    act: (flow) => flow.start('voice'),
  },
  poll: {
    at: 'token',
    before: async (flow) => {
      await flow.start('push')
      flow.clock.tick(5000)
    },
    act: (flow) => flow.tab.poll(),
  },
  'poll of an approved push': {
    at: 'token',
    before: async (flow) => {
      await flow.start('push')
      await flow.approve()
      flow.clock.tick(5000)
    },
    act: (flow) => flow.tab.poll(),
  },
  code: { at: 'token', before: (flow) => flow.start('sms'), act: (flow) => flow.complete() },
  keys: { at: 'keys', before: (flow) => flow.start('sms'), act: (flow) => flow.complete() },
  'keys of a push': {
    at: 'keys',
    before: async (flow) => {
      await flow.start('push')
      flow.clock.tick(5000)
    },
    act: (flow) => flow.tab.poll(),
  },
  'keys of an approved push': {
    at: 'keys',
    before: async (flow) => {
      await flow.start('push')
      await flow.approve()
      flow.clock.tick(5000)
    },
    act: (flow) => flow.tab.poll(),
  },
  'user info': {
    at: 'userinfo',
    userInfo: true,
    before: (flow) => flow.start('sms'),
    act: (flow) => flow.complete(),
  },
  'user info of an approved push': {
    at: 'userinfo',
    userInfo: true,
    before: async (flow) => {
      await flow.start('push')
      await flow.approve()
      flow.clock.tick(5000)
    },
    act: (flow) => flow.tab.poll(),
  },
  challenge: {
    at: 'challenge',
    username: 'erin@example.com',
    before: (flow) => flow.start('sms'),
    act: (flow) => flow.complete(),
  },
} satisfies Record<string, FaultyCall>

export type Call = keyof typeof calls
