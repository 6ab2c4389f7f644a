import { startProcess, type RunningProcess } from './process.ts'

/** The example with its stand-in for Okta, as a program of its own. */
export interface RunningExample extends RunningProcess {
  /** Where to sign in. */
  origin: string
  /** The simulated phone. */
  phone: string
}

const ways = {
  /** As a user starts it, which builds the library first. */
  'npm start': ['npm', ['start']],
  /** The same without the build, where a test is about something else. */
  directly: [process.execPath, ['--import', 'tsx/esm', 'example/server.ts']],
  /** The one with pages of its own. */
  'custom pages': [process.execPath, ['--import', 'tsx/esm', 'example/custom-pages/server.ts']],
} as const

/** Starts the example on free ports, and comes back when it has told where it is. */
export async function startExample(
  way: keyof typeof ways,
  env: NodeJS.ProcessEnv = {},
): Promise<RunningExample> {
  const [command, args] = ways[way]
  const running = startProcess(command, [...args], {
    cwd: new URL('../..', import.meta.url).pathname,
    env: { OKTA_OAUTH2_ISSUER: '', PORT: '0', PHONE_PORT: '0', ...env },
  })
  const origin = await running.printed(/^Sign in: +(\S+)\n/m)
  const phone = await running.printed(/^Simulated phone: +(\S+)\n/m)
  return { ...running, origin, phone }
}
