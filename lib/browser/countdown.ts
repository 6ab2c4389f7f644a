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
export function countDown(main: HTMLElement, signal: AbortSignal, { onHurry, onOver }: Ends): void {
  const timer = main.querySelector<HTMLElement>('[role=timer]')
  const late = main.querySelector<HTMLElement>('[data-late]')
  const began = Date.now()
  let last = Infinity
  const tick = (): void => {
    const passed = Math.floor((Date.now() - began) / 1000)
    const left = Number(timer?.dataset['left']) - passed
    if (timer) {
      timer.textContent = clock(Math.max(0, left))
    }
    showWait(main, passed)
    if (passed >= 30 && late?.textContent === '') {
      late.textContent = late.dataset['late'] ?? ''
    }
    if (left <= 60 && last > 60 && passed > 0) {
      onHurry()
    }
    last = left
    // A moment later, so that the server too finds it over.
    if (left < -1 && onOver()) {
      clearInterval(ticking)
    }
  }
  const ticking = setInterval(tick, 1000)
  signal.addEventListener('abort', () => clearInterval(ticking))
  tick()
}

/** How long until it may be sent again. */
function showWait(main: HTMLElement, passed: number): void {
  const wait = main.querySelector<HTMLElement>('[data-wait]')
  const again = main.querySelector<HTMLElement>('[data-waits]')
  if (!wait?.parentElement || !again) {
    return
  }
  const left = Number(wait.dataset['wait']) - passed
  if (left > 0) {
    again.setAttribute('aria-disabled', 'true')
  } else {
    again.removeAttribute('aria-disabled')
    // What is hidden would still be read out as its description.
    again.removeAttribute('aria-describedby')
  }
  wait.textContent = clock(Math.max(0, left))
  wait.parentElement.hidden = left <= 0
}

/** “42 seconds”, and “04:32” above a minute, in the page's language. */
function clock(seconds: number): string {
  const language = document.documentElement.lang || undefined
  return seconds < 60
    ? new Intl.NumberFormat(language, {
        style: 'unit',
        unit: 'second',
        unitDisplay: 'long',
      }).format(seconds)
    : new Intl.DateTimeFormat(language, {
        minute: '2-digit',
        second: '2-digit',
        timeZone: 'UTC',
      }).format(seconds * 1000)
}
