/** Someone at an app that answers with JSON. */
export class Visitor {
  readonly origin: string
  cookie = ''

  constructor(origin: string) {
    this.origin = origin
  }

  /**
   * Posts a form.
   *
   * @throws when the app says no
   */
  async post(path: string, fields: Record<string, string> = {}): Promise<void> {
    const answer = await fetch(this.origin + path, {
      method: 'POST',
      headers: { accept: 'application/json', cookie: this.cookie },
      body: new URLSearchParams(fields),
    })
    this.cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? this.cookie
    const text = await answer.text()
    if (!answer.ok) {
      throw new Error(`${path}: ${answer.status} ${text}`)
    }
  }
}
