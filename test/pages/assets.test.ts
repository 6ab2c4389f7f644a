import { expect } from 'chai'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { startPages } from '../support/pages.ts'

/** The addresses of what a page loads. */
const loaded = (text: string) =>
  [...text.matchAll(/(?:href|src)="([^"]+\.(?:css|js))"/g)].map(([, address = '']) => address)

const colors = { accent: '#8a1c4a' }

describe('The files of the sign-in pages', () => {
  it('are files that are kept for a year, under a name that changes with them', async () => {
    const { browser, origin } = await startPages({ routes: { brand: { colors } } })
    const addresses = loaded((await browser().get('/login')).text)
    expect(addresses.map((address) => address.replace(/.*\//, ''))).to.deep.equal([
      'style.css',
      'brand.css',
      'index.js',
      'countdown.js',
      'sign-in.js',
    ])
    for (const address of addresses) {
      const { pathname } = new URL(address, `${origin}/login`)
      const { status, headers } = await browser().get(pathname)
      expect(status).to.equal(200)
      expect(headers.get('cache-control')).to.equal('private, max-age=31536000, immutable')
      expect(headers.get('content-type')).to.match(
        address.endsWith('.css') ? /^text\/css; charset=utf-8$/ : /javascript; charset=utf-8$/,
      )
      expect(headers.get('x-content-type-options')).to.equal('nosniff')
      expect(headers.get('set-cookie')).to.equal(null)

      const etag = headers.get('etag') ?? ''
      const question = { 'if-none-match': etag, 'cache-control': 'max-age=0' }
      const again = await browser().get(pathname, question)
      expect(again.status).to.equal(304)
      expect(again.text).to.equal('')
    }
    const other = await startPages({ routes: { brand: { colors: { accent: '#123456' } } } })
    const others = loaded((await other.browser().get('/login')).text)
    expect(others).to.not.include.members([addresses[1]])
  })

  it('are not kept under the name of another version, and nothing else is served', async () => {
    const { browser } = await startPages()
    const stale = await browser().get('/login/assets/of-another-version/style.css')
    expect(stale.status).to.equal(200)
    expect(stale.headers.get('cache-control')).to.equal('private, no-cache')
    for (const name of ['brand.css', 'nothing.js', '..%2f..%2fpackage.json', '__proto__']) {
      expect((await browser().get(`/login/assets/x/${name}`)).status, name).to.equal(404)
    }
  })

  it('hold a script of under 5 KB, compressed, that an app can import by itself', async () => {
    const directory = new URL('.', import.meta.resolve('passport-okta-oob/browser'))
    const names = await readdir(fileURLToPath(directory))
    const scripts = names.filter((name) => name.endsWith('.js'))
    const files = await Promise.all(
      scripts.map((name) => readFile(fileURLToPath(new URL(name, directory)))),
    )
    const sizes = files.map((file) => gzipSync(file).length)
    expect(sizes.reduce((sum, size) => sum + size)).to.be.below(5120)
    const { post, look, waitForApproval } = await import('passport-okta-oob/browser')
    expect([post, look, waitForApproval].map((each) => typeof each)).to.deep.equal(
      Array(3).fill('function'),
    )
  })
})
