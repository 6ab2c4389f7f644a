// Pictures of every sign-in screen, to be looked at: `npm run screenshots`, or one screen of them:
// `npm run screenshots -- denied`.
import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { messages } from 'passport-okta-oob'
import { launchChromium } from '../test/support/chromium.ts'
import { startPages } from '../test/support/pages.ts'
import { closeEverything } from '../test/support/resources.ts'
import { screens, type Visit } from '../test/support/screens.ts'

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url))
const sizes = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
  // A desktop at 400 % (WCAG 2.2, 1.4.10).
  narrow: { width: 320, height: 256 },
}

const [wanted = ''] = process.argv.slice(2)

await rm(folder, { recursive: true, force: true })
await mkdir(folder)
const browser = await launchChromium()

/** Takes a page to a screen, and pictures of it at every size in both schemes. */
async function picture(name: string, visit: Visit, locale: string): Promise<void> {
  const page = await browser.newPage({ locale, reducedMotion: 'reduce' })
  // With the limits on, “send again” has to wait.
  const strategy = {
    channels: ['push', 'sms', 'voice', 'email'],
    mfa: { channels: ['push', 'sms'], otp: true },
    limits: {},
  }
  const app = await startPages({ strategy, routes: { brand: { name: 'Example' } } })
  await visit(page, app)
  await page.mouse.move(0, 0)
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      const file = `${name.replaceAll(/\W+/g, '-')}.${locale}.${size}.${colorScheme}.png`
      await page.screenshot({ path: folder + file, fullPage: true })
    }
  }
  await page.close()
  await closeEverything()
}

const inEveryLanguage = new Set(['sign in', 'a wrong code', 'a number to pick', 'denied'])
for (const locale of Object.keys(messages)) {
  for (const [name, visit] of Object.entries(screens)) {
    const isMeant = locale === 'en' || inEveryLanguage.has(name)
    if (isMeant && `${name} ${locale}`.includes(wanted)) {
      await picture(name, visit, locale)
    }
  }
}
await browser.close()
console.log(`Pictures: ${folder}`)
