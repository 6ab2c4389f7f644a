/** What a page does when its time runs out. */
export interface Ends {
  /** A minute is left. */
  onHurry: () => void
  /** None is left, and the server thinks so too; called each second until it says that it has acted. */
  onOver: () => boolean
}

/**
 * Counts the times of a page down, by what the server has said: the browser's clock may be wrong.
 * Ends with the signal.
 */
export function countDown(main: HTMLElement, signal: AbortSignal, ends?: Ends): void {
  const timer = main.querySelector<HTMLElement>('[role=timer]')
  const late = main.querySelector<HTMLElement>('[data-late]')
  const waits = [...main.querySelectorAll<HTMLElement>('[data-wait]')].map(readWait)
  const began = Date.now()
  let last = Infinity
  const tick = (): void => {
    const passed = Math.floor((Date.now() - began) / 1000)
    const left = Number(timer?.dataset['left']) - passed
    if (timer) {
      timer.textContent = clock(Math.max(0, left))
    }
    for (const wait of waits) {
      showWait(main, wait, passed)
    }
    if (passed >= 30 && late?.textContent === '') {
      late.textContent = late.dataset['late'] ?? ''
    }
    if (left <= 60 && last > 60 && passed > 0) {
      ends?.onHurry()
    }
    last = left
    // A moment later, so that the server too finds it over.
    if (left < -1 && ends?.onOver()) {
      clearInterval(ticking)
    }
  }
  const ticking = setInterval(tick, 1000)
  signal.addEventListener('abort', () => clearInterval(ticking))
  tick()
}

/** A time after which something is possible again. */
interface Wait {
  seconds: number
  /** Says so, and is hidden when it is over. */
  text: HTMLElement
  time: HTMLElement | null
}

/** Seconds from which on people look at a clock, and do not count. */
const far = 600

function readWait(text: HTMLElement): Wait {
  const seconds = Number(text.dataset['wait'])
  const time = text.querySelector('time')
  if (seconds >= far && time) {
    const [before = '', after = ''] = (text.dataset['at'] ?? '').split('{time}')
    time.textContent = timeOfDay(seconds)
    text.replaceChildren(before, time, after)
  }
  return { seconds, text, time }
}

/** How long until something may be sent again; a refusal that is over is no longer true. */
function showWait(main: HTMLElement, { seconds, text, time }: Wait, passed: number): void {
  const left = seconds - passed
  const around = text.closest<HTMLElement>('[role=alert], .okta-oob-hint') ?? text
  if (time && seconds < far) {
    time.textContent = clock(Math.max(0, left))
  }
  around.hidden = left <= 0
  const button = around.id && main.querySelector(`button[aria-describedby="${around.id}"]`)
  if (!button) {
    return
  }
  if (left > 0) {
    button.setAttribute('aria-disabled', 'true')
  } else {
    button.removeAttribute('aria-disabled')
    // What is hidden would still be read out as its description.
    button.removeAttribute('aria-describedby')
  }
}

/** “14:35”, by the user's own clock; with the day where that is another one. */
function timeOfDay(seconds: number): string {
  const at = new Date(Date.now() + seconds * 1000)
  const isToday = at.toDateString() === new Date().toDateString()
  return new Intl.DateTimeFormat(language(), {
    ...(!isToday && { month: 'short', day: 'numeric' }),
    hour: 'numeric',
    minute: '2-digit',
  }).format(at)
}

function language(): string | undefined {
  return document.documentElement.lang || undefined
}

/** “42 seconds”, and “04:32” above a minute, in the page's language. */
function clock(seconds: number): string {
  return seconds < 60
    ? new Intl.NumberFormat(language(), {
        style: 'unit',
        unit: 'second',
        unitDisplay: 'long',
      }).format(seconds)
    : new Intl.DateTimeFormat(language(), {
        minute: '2-digit',
        second: '2-digit',
        timeZone: 'UTC',
      }).format(seconds * 1000)
}
