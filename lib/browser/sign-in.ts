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
  /** The user has asked whether the approval is there, and awaits an answer of Okta's. */
  private isAsked = false
  /** What was around `<main>` when its page was made. */
  private around = aroundMain(document)

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
    this.isAsked = false
    const form = main.querySelector<HTMLFormElement>('form[data-until]')
    const notice = this.status?.textContent
    if (notice) {
      // Only what changes in a live region is read out.
      this.say('')
      setTimeout(() => this.say(notice), 100)
    }
    if (!form) {
      countDown(main, this.screen.signal)
      forgetWaits(main, this.screen.signal)
    } else {
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
        // Perhaps Okta was not asked, since it was a moment ago: the poll brings its answer.
        this.isAsked = true
        this.say(this.main.dataset['checking'])
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
        if (this.isAsked && latest.status === 'pending' && (latest.retryAfter ?? 0) > 1) {
          this.isAsked = false
          this.say(form.dataset['pending'])
        }
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
        ...(error?.attemptsLeft !== undefined && { left: String(error.attemptsLeft) }),
        ...(error?.retryAfter !== undefined && { wait: String(error.retryAfter) }),
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
      const source = await response.text()
      const page = new DOMParser().parseFromString(source, 'text/html')
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
      const around = aroundMain(page)
      if (around === this.around) {
        this.main.replaceWith(fresh)
      } else {
        // A layout of the app's that says more than `<main>`: all of it belongs to the screen.
        this.around = around
        replacePage(page)
      }
      this.begin(fresh)
      const wrong = fresh.querySelector<HTMLElement>('[aria-invalid]')
      ;(wrong ?? fresh.querySelector('h1'))?.focus()
    } catch {
      location.assign(url)
    }
  }
}

/** A page without its `<main>`; what it says there may change with the screen. */
function aroundMain(page: Document): string {
  const copy = page.documentElement.cloneNode(true) as HTMLElement
  copy.querySelector(selector)?.replaceChildren()
  const body = copy.querySelector('body')
  return `${attributesOf(copy)}${body?.outerHTML.replace(/(<main)[^>]*/, '$1')}`
}

function attributesOf({ lang, dir }: HTMLElement): string {
  return `${lang} ${dir} `
}

/** Scripts of a page that was parsed do not run again: those of the first page still do. */
function replacePage(page: Document): void {
  const { documentElement: root, body } = document
  root.lang = page.documentElement.lang
  root.dir = page.documentElement.dir
  for (const { name } of Array.from(body.attributes)) {
    body.removeAttribute(name)
  }
  for (const { name, value } of page.body.attributes) {
    body.setAttribute(name, value)
  }
  body.replaceChildren(...page.body.childNodes)
}

/** Times to wait are those of the username that the page came with. */
function forgetWaits(main: HTMLElement, signal: AbortSignal): void {
  const field = main.querySelector<HTMLInputElement>('[autocomplete=username]')
  field?.addEventListener('input', () => hideWaits(main), { signal })
}

function hideWaits(main: HTMLElement): void {
  for (const wait of main.querySelectorAll('.okta-oob-way [data-wait]')) {
    wait.remove()
  }
}

/** What was typed for a start that was refused need not be typed again (WCAG 2.2, 3.3.7). */
function keepFields(from: HTMLFormElement, into: HTMLElement): void {
  for (const [name, value] of new FormData(from)) {
    for (const field of into.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
      if (field.type === 'radio') {
        // A way that is closed for a while has made room for another one.
        const wait = field.closest('label')?.querySelector<HTMLElement>('[data-wait]')
        field.checked ||= field.value === value && !(Number(wait?.dataset['wait']) > 60)
      } else if (typeof value === 'string') {
        if (field.value !== '' && field.value !== value) {
          hideWaits(into)
        }
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
