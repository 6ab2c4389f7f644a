import { expect } from 'chai'
import { readdir } from 'node:fs/promises'
import { compileAssets } from '../support/assets.ts'
import { startPages } from '../support/pages.ts'

const browser = new URL('../../lib/browser', import.meta.url)

describe('The assets of the sign-in pages', () => {
  it('are the stylesheet and the compiled scripts of the sources, unchanged', async () => {
    const app = await startPages()
    const page = await app.browser().get('/login')
    const address = /href="([^"]+)style\.css"/.exec(page.text)?.[1] ?? ''
    const folder = new URL(address, `${app.origin}/login`).pathname

    const sources = await compileAssets()
    for (const [name, content] of sources) {
      const served = await app.browser().get(folder + name)
      expect(served.status, name).to.equal(200)
      expect(served.text, name).to.equal(content)
    }

    const scripts = (await readdir(browser)).filter((name) => name.endsWith('.ts'))
    expect([...sources.keys()].toSorted()).to.deep.equal(
      ['style.css', ...scripts.map((name) => name.replace(/ts$/, 'js'))].toSorted(),
    )
  })
})
