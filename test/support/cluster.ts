import nock from 'nock'
import type { ChallengeView, OktaOobAnswer } from 'passport-okta-oob'
import { exampleClient } from '../../example/okta/client.ts'
import { Browser, type Page } from './browser.ts'
import { Connection } from './connection.ts'
import { startCountedOkta, type CountedOkta } from './counted-okta.ts'
import { startProcess, type RunningProcess } from './process.ts'
import { startRedis, type TestRedis } from './redis.ts'
import { whenAllOver, whenOver } from './resources.ts'

export const processes = 4

/** What the example answered, and which of its processes it was. */
export interface Answer {
  status: number
  /** `challenge`, `pending`, `complete`, `cancelled`, or the code of a refusal. */
  code: string
  process: number
  challenge?: ChallengeView
  retryAfter?: number
}

/** A tab of a user's browser in front of the example, which talks to one of its processes. */
export class ClusterTab {
  readonly browser: Browser

  constructor(browser: Browser) {
    this.browser = browser
  }

  start(username: string, channel: string, requestId?: string): Promise<Answer> {
    return this.#post('/login', {
      username,
      channel,
      ...(requestId !== undefined && { requestId }),
    })
  }

  /** The same process, for a browser with the cookies of now. */
  copy(): ClusterTab {
    return new ClusterTab(this.browser.copy())
  }

  poll(): Promise<Answer> {
    return this.#post('/login/complete')
  }

  submit(code: string): Promise<Answer> {
    return this.#post('/login/complete', { code })
  }

  cancel(): Promise<Answer> {
    return this.#post('/login/cancel')
  }

  /** The process that answers. */
  async process(): Promise<number> {
    return processOf(await this.browser.get('/assets/style.css'))
  }

  async isSignedIn(): Promise<boolean> {
    return (await this.browser.get('/')).status === 200
  }

  async #post(path: string, fields: Record<string, string> = {}): Promise<Answer> {
    const page = await this.browser.post(path, fields, { accept: 'application/json' })
    const answer = page.json as OktaOobAnswer | undefined
    const common = { status: page.status, process: processOf(page) }
    if (answer?.status === 'failed') {
      return { ...common, ...answer.error }
    }
    const { status: code = page.text, ...details } = answer ?? {}
    return { ...common, code, ...details }
  }
}

function processOf({ headers }: Page): number {
  return Number(headers.get('x-process'))
}

/** The example as four processes behind one port, with the Redis and the Okta that they share. */
export interface Cluster {
  redis: TestRedis
  okta: CountedOkta
  example: RunningProcess
  origin: string
  /** Tabs of one browser, so many for each process, one process after the other. */
  tabs(perProcess: number): Promise<ClusterTab[]>
  /** The processes that answer at the moment. */
  pids(): Promise<number[]>
  /** Makes it ready for the next test. */
  empty(): Promise<void>
}

const pace = { expiresIn: 300, interval: 1 }

/** Stops when all tests of the file are over. */
export async function startCluster(): Promise<Cluster> {
  const redis = await startRedis()
  const okta = await startCountedOkta({ pace: { ...pace } })
  const example = startProcess(process.execPath, ['--import', 'tsx/esm', 'example/server.ts'], {
    cwd: new URL('../..', import.meta.url).pathname,
    env: {
      PORT: '0',
      REDIS_URL: redis.url,
      WORKERS: String(processes),
      SESSION_SECRET: 'test',
      OKTA_OAUTH2_ISSUER: okta.standIn.customIssuer,
      OKTA_OAUTH2_CLIENT_ID: exampleClient.client_id,
      OKTA_OAUTH2_CLIENT_SECRET: exampleClient.client_secret,
    },
  })
  whenAllOver(async () => {
    await example.stop()
    redis.wake()
    await redis.stop()
    await okta.standIn.close()
  })
  const origin = await example.printed(/^Sign in: +(\S+)\n/m)
  const tabs = (perProcess: number): Promise<ClusterTab[]> => openTabs(origin, perProcess)
  const pids = async (): Promise<number[]> =>
    Promise.all((await tabs(1)).map((tab) => tab.process()))
  const empty = async (): Promise<void> => {
    // It sends each request over a connection of its own, and so to another process.
    nock.restore()
    whenOver(() => {
      nock.activate()
    })
    await redis.forget()
    okta.reset()
    Object.assign(okta.standIn.directory.pace, pace)
  }
  return { redis, okta, example, origin, tabs, pids, empty }
}

/** Connections go round the processes; what one process has too many of is closed again. */
async function openTabs(origin: string, perProcess: number): Promise<ClusterTab[]> {
  const byProcess = new Map<number, ClusterTab[]>()
  const cookies = new Map<string, string>()
  const isFull = (): boolean =>
    [...byProcess.values()].filter(({ length }) => length === perProcess).length === processes
  while (!isFull()) {
    const connection = new Connection()
    const browser = new Browser(origin, connection.fetch)
    browser.cookies = cookies
    const tab = new ClusterTab(browser)
    const process = await tab.process()
    const its = byProcess.get(process) ?? []
    byProcess.set(process, its)
    if (its.length < perProcess) {
      its.push(tab)
      whenOver(() => {
        connection.close()
      })
    } else {
      connection.close()
    }
  }
  return [...byProcess.values()].flat()
}
