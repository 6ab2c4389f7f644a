import type { Browser, Page } from '../support/browser.ts'

/** A browser without JavaScript: it opens pages, submits their forms and follows redirects. */
export class FormBrowser {
  readonly browser: Browser
  /** The path of the page that is shown. */
  path = '/'
  #page: Page | undefined

  constructor(browser: Browser) {
    this.browser = browser
  }

  get page(): Page {
    if (!this.#page) {
      throw new Error('no page has been opened')
    }
    return this.#page
  }

  async open(address: string): Promise<Page> {
    this.path = this.#resolve(address)
    return this.#show(await this.browser.get(this.path, { accept: 'text/html' }))
  }

  /** Submits the form of this page that is posted to `name`; the start form without a name. */
  async submit(name: string, fields: Record<string, string> = {}): Promise<Page> {
    const actions = [...this.page.text.matchAll(/action="([^"]*)"/g)].map(([, action = '']) =>
      this.#resolve(action),
    )
    const action = actions.find((path) =>
      name === '' ? !/(challenge|complete|resend|cancel)$/.test(path) : path.endsWith(`/${name}`),
    )
    if (action === undefined) {
      throw new Error(`no form of ${this.path} is posted to "${name}", but to ${actions.join()}`)
    }
    this.path = action
    return this.#show(await this.browser.post(action, fields, { accept: 'text/html' }))
  }

  /** The addresses of stylesheets and scripts, as this page names them. */
  assets(): string[] {
    const tags = this.page.text.matchAll(/<(?:link|script)[^>]*(?:href|src)="([^"]*)"/g)
    return [...tags].map(([, address = '']) => this.#resolve(address))
  }

  async #show(page: Page): Promise<Page> {
    this.#page = page
    return page.status === 303 && page.location !== null ? this.open(page.location) : page
  }

  #resolve(address: string): string {
    const { pathname, search } = new URL(address, this.browser.origin + this.path)
    return pathname + search
  }
}
