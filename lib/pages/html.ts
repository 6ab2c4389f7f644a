/** A piece of HTML that is safe to put into a page. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toString(): string {
    return this.text
  }
}

/** What a template takes: nothing is shown for `undefined` and `false`. */
export type HtmlValue = Html | string | number | undefined | false | readonly HtmlValue[]

/** A template whose values are escaped, unless they are HTML made by it. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map((value) => escaped(value))))
}

/** A text whose `{names}` are replaced by values, escaped where they are not HTML themselves. */
export function fill(text: string, values: Record<string, HtmlValue>): Html {
  const parts = text.split(/\{(\w+)\}/)
  return html`${parts.map((part, index) => (index % 2 === 0 ? part : values[part]))}`
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(value: HtmlValue): string {
  if (value instanceof Html) {
    return value.text
  }
  if (typeof value === 'object') {
    return value.map((item) => escaped(item)).join('')
  }
  return value === undefined || value === false
    ? ''
    : String(value).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}
