// What the pages of `okta.routes()` load: has their forms work without a new page for every step,
// and keeps them up to date.
import { countDown } from './countdown.ts'
import { isPassing, look, post, waitForApproval, type Answer } from './index.ts'

const selector = 'main[data-okta-oob]'

class SignIn {
  /** Ends what the present screen does by itself. */
  private screen = new AbortController()
  private main!: HTMLElement
  /** The request that is under way: there is never more than one. */
  private flight: Promise<unknown> = Promise.resolve()
  private isSubmitting = false

  constructor() {
    document.addEventListener('submit', (event) => {
      const form = event.target as HTMLFormElement
      if (this.main.contains(form) && !form.hasAttribute('data-native')) {
        event.preventDefault()
        void this.submit(form, event.submitter)
      }
    })
    window.addEventListener('popstate', () => void this.show(location.href, true))
  }

  begin(main: HTMLElement): void {
    this.main = main
    this.screen = new AbortController()
    this.isSubmitting = false
    const form = main.querySelector<HTMLFormElement>('form[data-until]')
    const notice = this.status?.textContent
    if (notice) {
      // Only what changes in a live region is read out.
      this.say('')
      setTimeout(() => this.say(notice), 100)
    }
    if (form) {
      countDown(main, this.screen.signal, {
        onHurry: () => this.say(this.status?.dataset['hurry']),
        onOver: () => {
          const isFree = !this.isSubmitting
          void this.submit(form, null)
          return isFree
        },
      })
      if (form.dataset['poll']) {
        void this.poll(form)
      } else {
        this.watch(form)
        void receiveText(form, this.screen.signal)
      }
    }
  }

  private get status(): HTMLElement | null {
    return this.main.querySelector('[role=status]')
  }

  private say(text: string | undefined): void {
    if (this.status && text !== undefined) {
      this.status.textContent = text
    }
  }

  private send(url: string, fields?: FormData): Promise<Answer> {
    const answer = this.flight.then(() => post(url, fields))
    this.flight = answer.catch(() => undefined)
    return answer
  }

  private async submit(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    if (this.isSubmitting || submitter?.hasAttribute('aria-disabled')) {
      return
    }
    const { signal } = this.screen
    const { action } = form
    const fields = new FormData(form, submitter)
    this.isSubmitting = true
    form.setAttribute('aria-busy', 'true')
    // The answer that is on its way may be the sign-in, and has the first word.
    await this.flight
    await new Promise((resolve) => setTimeout(resolve))
    if (signal.aborted) {
      return
    }
    try {
      const answer = await this.send(action, fields)
      if (answer.status === 'pending' && this.isShown(answer, form)) {
        this.say(form.dataset['pending'])
      } else {
        await this.follow(answer, form)
      }
    } catch (error) {
      if (error instanceof TypeError) {
        this.say(this.main.dataset['notSent'])
      } else if ((error as { status: number }).status >= 500) {
        this.giveUp()
      } else {
        // Something else stands before the app, and has a page to show.
        form.dataset['native'] = ''
        form.requestSubmit(submitter)
      }
    }
    form.removeAttribute('aria-busy')
    this.isSubmitting = false
  }

  private async poll(form: HTMLFormElement): Promise<void> {
    const { signal } = this.screen
    const waiting = waitForApproval({
      ask: async () => {
        const latest = await this.send(form.action)
        // Another tab may have started again: then this page shows a number that is void.
        return this.isShown(latest, form) ? latest : { status: 'challenge' }
      },
      delay: Number(form.dataset['poll']),
      signal,
      onConnection: (works) => this.say(works ? '' : this.main.dataset['offline']),
    })
    const answer = await waiting.catch(() => this.giveUp())
    if (answer && !signal.aborted) {
      await this.follow(answer, form)
    }
  }

  /** The app has failed; to send the same again could do it twice. */
  private giveUp(): undefined {
    location.assign(`${this.main.dataset['start']}?error=unknown_error`)
  }

  /** Looks after another tab, on a page that does not poll. */
  private watch(form: HTMLFormElement): void {
    const { challenge = '' } = this.main.dataset
    const check = async (): Promise<void> => {
      const { signal } = this.screen
      const answer = document.hidden ? undefined : await look(challenge).catch(() => undefined)
      const isOver =
        answer && !isPassing(answer) && (answer.status === 'failed' || !this.isShown(answer, form))
      if (isOver && !signal.aborted && !this.isSubmitting) {
        await this.show(challenge)
      }
    }
    const { signal } = this.screen
    document.addEventListener('visibilitychange', () => void check(), { signal })
    window.addEventListener('pageshow', ({ persisted }) => persisted && void check(), { signal })
  }

  private isShown({ challenge }: Answer, form: HTMLFormElement): boolean {
    return !challenge || challenge.expiresAt === form.dataset['until']
  }

  /** Goes where the answer leads, as a browser without this script follows a redirect. */
  private async follow(answer: Answer, form: HTMLFormElement): Promise<void> {
    const { action, dataset } = form
    const { status, redirectTo, error } = answer
    const { start = '', challenge = '' } = this.main.dataset
    this.screen.abort()
    if (status === 'complete') {
      location.assign(redirectTo ?? '/')
    } else if (status === 'cancelled') {
      await this.show(start)
    } else if (status === 'failed') {
      const isStart = action === new URL(start, location.href).href
      const isOpen = !isStart && (error?.challenge || isPassing(answer))
      const returnTo = new FormData(form).get('returnTo')
      const query = new URLSearchParams({
        error: error?.code ?? '',
        ...(typeof returnTo === 'string' && { returnTo }),
      })
      await this.show(`${isOpen ? challenge : start}?${query}`)
      if (isStart) {
        keepFields(form, this.main)
      }
    } else {
      await this.show(challenge + (dataset['notice'] ?? ''))
    }
  }

  /** Shows the page at an address in the place of this one. */
  private async show(url: string, stays = false): Promise<void> {
    try {
      const response = await fetch(url, { headers: { accept: 'text/html' } })
      const page = new DOMParser().parseFromString(await response.text(), 'text/html')
      const fresh = page.querySelector<HTMLElement>(selector)
      if (!fresh) {
        throw new Error('not a page of ours')
      }
      this.screen.abort()
      // Relative addresses of the new content are seen from its own.
      const { pathname } = new URL(response.url)
      const change = stays || pathname === location.pathname ? 'replaceState' : 'pushState'
      history[change](null, '', response.url)
      document.title = page.title
      this.main.replaceWith(fresh)
      this.begin(fresh)
      const wrong = fresh.querySelector<HTMLElement>('[aria-invalid]')
      ;(wrong ?? fresh.querySelector('h1'))?.focus()
    } catch {
      location.assign(url)
    }
  }
}

/** What was typed for a start that was refused need not be typed again (WCAG 2.2, 3.3.7). */
function keepFields(from: HTMLFormElement, into: HTMLElement): void {
  for (const [name, value] of new FormData(from)) {
    for (const field of into.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
      if (field.type === 'radio') {
        field.checked = field.value === value
      } else if (typeof value === 'string') {
        field.value = value
      }
    }
  }
}

/** WebOTP: a phone that has received the text offers to fill in its code. */
async function receiveText(form: HTMLFormElement, signal: AbortSignal): Promise<void> {
  if (!('OTPCredential' in window) || !form.hasAttribute('data-otp')) {
    return
  }
  const options: object = { otp: { transport: ['sms'] }, signal }
  const text = await navigator.credentials.get(options).catch(() => null)
  const code = text && 'code' in text && text.code
  const field = form.querySelector<HTMLInputElement>('[autocomplete=one-time-code]')
  if (typeof code === 'string' && field && !signal.aborted) {
    field.value = code
    form.requestSubmit()
  }
}

const main = document.querySelector<HTMLElement>(selector)
if (main) {
  new SignIn().begin(main)
}
