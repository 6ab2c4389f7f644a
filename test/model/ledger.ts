import { expect } from 'chai'

/** What Okta and the app's `verify` have seen of one challenge of Okta's. */
interface Entry {
  /** Who has the session in which it was started. */
  owners: number[]
  channel: string
  user: string
  startedAt: number
  /** When `/token` was asked for it. */
  askedAt: number[]
  asking: number
  mostAtOnce: number
  wrongCodes: number
  /** The ID tokens that Okta has issued for it, each by its `at_hash`. */
  issued: string[]
  logins: string[]
}

/** Looks over Okta's shoulder: every call that reaches it, and every login that comes of it. */
export class Ledger {
  /** The browsers that have the session of the one whose turn it is. */
  acting: number[] = []
  readonly #entries = new Map<string, Entry>()
  /** Logins that no token of Okta's is behind. */
  readonly #forged: unknown[] = []

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const form = Object.fromEntries(new URLSearchParams(init.body as URLSearchParams))
    const endpoint = new URL(url).pathname.split('/').at(-1)
    if (endpoint === 'oob-authenticate') {
      const answer = await fetch(url, init)
      this.#noteStart(form, (await answer.clone().json()) as { oob_code?: string })
      return answer
    }
    return endpoint === 'token' ? this.#redeem(form, () => fetch(url, init)) : fetch(url, init)
  }

  noteLogin(claims: object): void {
    const hash = 'at_hash' in claims ? claims.at_hash : undefined
    const entry = [...this.#entries.values()].find(({ issued }) => issued.includes(String(hash)))
    if (entry) {
      entry.logins.push(String(hash))
    } else {
      this.#forged.push(claims)
    }
  }

  /** What must hold whatever anyone does in whatever order. */
  check(): void {
    expect(this.#forged, 'logins without tokens of Okta').to.deep.equal([])
    const entries = [...this.#entries.values()]
    for (const { channel, startedAt, askedAt, ...entry } of entries) {
      // Passport's door verifies again for a request that comes again.
      expect(new Set(entry.logins).size, 'logins of one challenge').to.be.at.most(1)
      expect(entry.wrongCodes, 'wrong codes of one challenge').to.be.at.most(4)
      if (channel === 'push') {
        expect(entry.mostAtOnce, 'polls at the same time').to.be.at.most(1)
        expect(shortest([startedAt, ...askedAt]), 'time between polls').to.be.at.least(5000)
      }
    }
    const texts = entries.filter(({ channel }) => channel !== 'push')
    const way = ({ user, channel }: Entry): string => `${user} ${channel}`
    for (const one of new Set(texts.map(way))) {
      const times = texts.filter((text) => way(text) === one).map(({ startedAt }) => startedAt)
      expect(shortest(times), 'time between texts to one user').to.be.at.least(30_000)
    }
  }

  #noteStart(form: Record<string, string>, { oob_code: oobCode }: { oob_code?: string }): void {
    const { login_hint: user = '', channel_hint: channel = '' } = form
    if (oobCode !== undefined) {
      this.#entries.set(oobCode, {
        owners: this.acting,
        channel,
        user: user.toLowerCase(),
        startedAt: Date.now(),
        askedAt: [],
        asking: 0,
        mostAtOnce: 0,
        wrongCodes: 0,
        issued: [],
        logins: [],
      })
    }
  }

  async #redeem(form: Record<string, string>, send: () => Promise<Response>): Promise<Response> {
    const entry = this.#entries.get(form['oob_code'] ?? '')
    if (!entry?.owners.some((owner) => this.acting.includes(owner))) {
      throw new Error('Okta is asked about a challenge of another session')
    }
    entry.askedAt.push(Date.now())
    entry.asking += 1
    entry.mostAtOnce = Math.max(entry.mostAtOnce, entry.asking)
    const answer = await send()
    entry.asking -= 1
    const { id_token: idToken, error_description: text = '' } = (await answer.clone().json()) as {
      id_token?: string
      error_description?: string
    }
    if (idToken !== undefined) {
      const claims = Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()
      entry.issued.push((JSON.parse(claims) as { at_hash: string }).at_hash)
    }
    entry.wrongCodes += text.includes("'otp'") ? 1 : 0
    return answer
  }
}

function shortest(times: readonly number[]): number {
  return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))
}
