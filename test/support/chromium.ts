import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { whenAllOver, whenOver } from './resources.ts'
import { noteViolation } from './violations.ts'

/** The same engine without windows takes a third of the CPU. */
const executablePath =
  ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((path) => existsSync(path)) ?? ''

let launched: Promise<Browser> | undefined

/**
 * Call this in a `before`: a developer's machine without Chromium skips the suite and says what is
 * missing. CI never skips: a browser that is not there fails the run.
 */
export function needsChromium(context: Mocha.Context): void {
  if (!process.env['CI'] && executablePath === '') {
    console.log('      no Chromium; to run this: apt-get install chromium-headless-shell')
    context.skip()
  }
}

/** A page of a visitor with cookies of their own, who leaves with the test, or with the file. */
export async function visitor(
  options: BrowserContextOptions = {},
  whenDone: typeof whenOver = whenOver,
): Promise<Page> {
  launched ??= launchForAll()
  const browser = await launched
  const context = await browser.newContext({ locale: 'en-US', ...options })
  context.setDefaultTimeout(25_000)
  context.on('console', (message) => {
    noteViolation(`${message.page()?.url()}: ${message.text()}`)
  })
  whenDone(() => context.close())
  return context.newPage()
}

async function launchForAll(): Promise<Browser> {
  const browser = await launchChromium()
  whenAllOver(() => {
    launched = undefined
    return browser.close()
  })
  return browser
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      // Hosts that are no loopback to the browser: those are as good as https to it.
      '--host-resolver-rules=MAP *.example.test 127.0.0.1',
      // A new frame for each page of the same site takes time, and shows no page anything.
      '--disable-features=RenderDocument',
    ],
  })
}
