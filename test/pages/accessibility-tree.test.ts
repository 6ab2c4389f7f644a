import { expect } from 'chai'
import { readFile, writeFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { accessibilityTree } from '../support/accessibility-tree.ts'
import { needsChromium, visitor } from '../support/chromium.ts'
import { stopClock } from '../support/clock.ts'
import { everyWay, startPages } from '../support/pages.ts'
import { whenAllOver } from '../support/resources.ts'
import { passing, screens } from '../support/screens.ts'

const file = new URL('../../docs/accessibility.md', import.meta.url)

describe('docs/accessibility.md shows what Chromium tells a screen reader', function () {
  this.timeout(60_000)
  const seen = new Map<string, string>()

  let one: Page

  before(async function () {
    needsChromium(this)
    one = await visitor({}, whenAllOver)
  })

  /** Times and numbers are always the same ones there. */
  const treeOf = async (page: Page) =>
    (await accessibilityTree(page))
      .replaceAll(/(choose) \d\d\b/g, '$1 47')
      .replaceAll(/“\d\d”/g, '“47”')
      .replaceAll(/“0[45]:\d\d”/g, '“04:59”')
      .replaceAll(/(from |time\n +text “)[^”]*\d:\d\d [AP]M/g, '$12:35 PM')

  // Its content is that of any other code.
  const { 'a long username': _, ...described } = screens

  for (const [name, visit] of Object.entries(described)) {
    it(`of ${name}`, async () => {
      stopClock()
      const page = passing.has(name) ? await visitor() : one
      await page.clock.setFixedTime(new Date())
      const app = await startPages({ strategy: { ...everyWay, limits: {} } })
      await visit(page, app)
      const tree = await treeOf(page)
      seen.set(name, tree)
      if (!process.env['WRITE_TREES']) {
        expect(treeIn(await readFile(file, 'utf8'), name)).to.equal(tree)
      }
      if (passing.has(name)) {
        return
      }
      // A reload shows the same, and sends nothing.
      const [title, sent] = [await page.title(), app.okta.directory.messages()]
      await page.reload()
      if (name === 'a push, sent again') {
        // Only what changes in a live region is read out, so it is put there a moment later.
        await page.getByText('It has been sent again.').waitFor()
      }
      expect(await page.title()).to.equal(title)
      expect(await treeOf(page)).to.equal(tree.replace(' [focused]', ''))
      expect(app.okta.directory.messages()).to.deep.equal(sent)
    })
  }

  // WRITE_TREES=1 puts what is seen into the document, to be read before it is committed.
  after(async () => {
    if (process.env['WRITE_TREES']) {
      let text = await readFile(file, 'utf8')
      for (const [name, tree] of seen) {
        text = text.replace(`\n${treeIn(text, name)}\n`, () => `\n${tree}\n`)
      }
      await writeFile(file, text)
    }
  })
})

/** The block below a screen's heading. */
function treeIn(text: string, name: string): string | undefined {
  const heading = `\n### ${name.charAt(0).toUpperCase()}${name.slice(1)}\n`
  return text.split(heading)[1]?.match(/^```text\n(.*?)\n```$/ms)?.[1]
}
