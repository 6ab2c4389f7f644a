/** An answer of the sign-in routes, as JSON. */
export interface Answer {
  status: 'challenge' | 'pending' | 'complete' | 'cancelled' | 'failed'
  /** The challenge that waits. */
  challenge?: Challenge
  /** Seconds until the next try can succeed. */
  retryAfter?: number
  /** Where to go, once signed in. */
  redirectTo?: string
  error?: { code: string; challenge?: Challenge; retryAfter?: number; attemptsLeft?: number }
}

export interface Challenge {
  channel: string
  bindingMethod: 'none' | 'prompt' | 'transfer'
  /** The number to pick in Okta Verify. */
  bindingCode?: string
  /** ISO 8601. */
  expiresAt: string
  /** Seconds between polls; absent when the user types a code. */
  interval?: number
  /** ISO 8601: when another one may be asked for. */
  resendAt?: string
  factor?: 2
}

/** How to wait for an approval. */
export interface Waiting {
  /** Asks whether it is there: `() => post('/login/complete')`. */
  ask: () => Promise<Answer>
  /** Seconds until the first try: the challenge's `interval`. Default: 5. */
  delay?: number | undefined
  /** Ends the waiting, but no request: its answer could be the sign-in. */
  signal?: AbortSignal
  /** Told when tries begin to fail, and when they no longer do. */
  onConnection?: (works: boolean) => void
}

/**
 * Posts fields to a sign-in route and reads its answer.
 *
 * @throws without a network; with a `status`, when something else than a sign-in route has answered
 */
export async function post(
  url: string,
  fields: FormData | Record<string, string> = {},
): Promise<Answer> {
  return ask(url, { method: 'POST', body: new URLSearchParams(fields as Record<string, string>) })
}

/** Reads what the challenge is, as {@link post} does: `look('/login/challenge')`. */
export async function look(url: string): Promise<Answer> {
  return ask(url)
}

/**
 * Asks again and again until the sign-in no longer waits: one request at a time, as often as the
 * server allows, and at once when the user comes back to the page or the network comes back.
 *
 * @returns the answer, or `undefined` when `signal` has ended the waiting
 * @throws an error with a `status` when something else than a sign-in route has answered
 */
export async function waitForApproval(waiting: Waiting): Promise<Answer | undefined> {
  const { signal, onConnection } = waiting
  let { delay = 5 } = waiting
  let works = true
  for (;;) {
    await pause(delay, signal)
    if (signal?.aborted) {
      return undefined
    }
    const answer = await waiting.ask().catch((error: unknown) => {
      const { status } = error as { status?: number }
      // From 502 to 504, a proxy says that the app is away for a moment.
      if (status && !/50[234]/.test(String(status))) {
        throw error
      }
    })
    // A server that cannot tell at the moment is no better than no network.
    const fails = !answer || isPassing(answer)
    if (fails === works) {
      works = !fails
      onConnection?.(works)
    }
    if (!fails && answer.status !== 'pending') {
      return answer
    }
    delay = fails
      ? (answer?.error?.retryAfter ?? Math.min(30, Math.max(1, delay * 2)))
      : (answer.retryAfter ?? delay)
  }
}

/** Whether an answer is a fault that leaves the challenge as it is. */
export function isPassing({ error }: Answer): boolean {
  return /unavailable|timeout/.test(error?.code ?? '')
}

async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...init, headers: { accept: 'application/json' } })
  if (!response.headers.get('content-type')?.includes('json')) {
    const { status } = response
    throw Object.assign(new Error(`unexpected answer: ${status}`), { status })
  }
  return (await response.json()) as Answer
}

/** Until the time is over, or the user comes back from their phone, or the network does. */
function pause(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController()
    const done = (): void => {
      clearTimeout(timer)
      over.abort()
      resolve()
    }
    const timer = setTimeout(done, seconds * 1000)
    const options = { signal: over.signal }
    document.addEventListener('visibilitychange', () => document.hidden || done(), options)
    window.addEventListener('online', done, options)
    window.addEventListener('pageshow', (event) => event.persisted && done(), options)
    signal?.addEventListener('abort', done, options)
    if (signal?.aborted) {
      done()
    }
  })
}
