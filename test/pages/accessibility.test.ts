import axe from 'axe-core'
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { needsChromium, visitor } from '../support/chromium.ts'
import { startPages } from '../support/pages.ts'
import { whenAllOver } from '../support/resources.ts'
import { passing, screens } from '../support/screens.ts'
import { newest } from '../support/stand-in.ts'

const everything = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** The only rules of axe that look at colours: in other colours there is nothing else to find. */
const aboutColors = ['color-contrast', 'link-in-text-block']

/** A desktop, and what it is at 400 %, or a small phone (WCAG 2.2, 1.4.10). */
const widths = [1280, 320]

const light = { colorScheme: 'light', forcedColors: 'none' } as const
const otherColors = [
  { colorScheme: 'dark', forcedColors: 'none' },
  { colorScheme: 'light', forcedColors: 'active' },
  { colorScheme: 'dark', forcedColors: 'active' },
] as const

describe('Every sign-in page can be used by everyone', function () {
  this.timeout(60_000)

  let one: Page

  before(async function () {
    needsChromium(this)
    one = await visitor({}, whenAllOver)
  })

  for (const [name, visit] of Object.entries(screens)) {
    it(`${name}: nothing for axe to find, in any colours, at any width; large enough for a thumb`, async () => {
      const app = await startPages({ routes: { brand: { name: 'Example' } } })
      const page = passing.has(name) ? await visitor() : one
      await visit(page, app)
      await examine(page, otherColors)
      const small = await page.evaluate<string[]>(`
        [...document.querySelectorAll('main :is(button, a, label.okta-oob-way, input:not([type=radio], [type=hidden]))')]
          .filter((element) => element.getBoundingClientRect().height < 44)
          .map((element) => element.outerHTML)
      `)
      expect(small).to.deep.equal([])
    })
  }

  for (const locale of ['ar', 'ja', 'de']) {
    it(`${locale}: nothing for axe to find, and nothing that is cut off`, async () => {
      const page = await visitor({ locale })
      for (const name of ['sign in', 'a wrong code', 'a number to pick', 'denied']) {
        await screens[name]!(page, await startPages())
        await examine(page)
      }
    })
  }

  it('a screen reader is told the task with the heading, and the error with the field', async () => {
    const app = await startPages()
    const page = await visitor()
    const described = (selector: string) =>
      page.evaluate<string>(`
        (document.querySelector('${selector}').getAttribute('aria-describedby') ?? '').split(' ')
          .map((id) => document.getElementById(id).textContent.trim().replace(/\\s+/g, ' ')).join(' ')
      `)
    await screens['a number to pick']!(page, app)
    const { numbers = [] } = newest(app.okta)
    expect(numbers).to.include(await page.locator('.okta-oob-number').innerText())
    expect(await described('h1')).to.match(/^Open Okta Verify on your phone and choose \d\d$/)

    await screens['a wrong code']!(page, app)
    expect(await described('[aria-invalid]')).to.include('exactly as you received it')
    expect(await page.title()).to.match(/^Error: Check your phone/)
  })
})

/** Has axe look at a page at each width, and at the last one in other colours than light. */
async function examine(
  page: Page,
  others: readonly (typeof otherColors)[number][] = [],
): Promise<void> {
  await page.evaluate(axe.source)
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ ...light, reducedMotion: 'reduce' })
    expect(await violations(page, everything), `at ${width}`).to.deep.equal([])
    const scrolls = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
    expect(scrolls, `sideways at ${width}`).to.be.at.most(0)
  }
  // Which colours there are does not depend on the width.
  for (const colors of others) {
    await page.emulateMedia(colors)
    expect(await violations(page, aboutColors), JSON.stringify(colors)).to.deep.equal([])
  }
}

/** What axe finds, by the names of its rules or of their tags. */
function violations(page: Page, names: string[]): Promise<string[]> {
  return page.evaluate<string[]>(`
    axe.run({ runOnly: ${JSON.stringify(names)}, resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ' ' + node.html)))
  `)
}
