import type { Assets } from './assets.ts'
import { html, type Html } from './html.ts'
import type { Brand, Frame } from './options.ts'
import type { View } from './views.ts'

/** The modules that `sign-in.js` imports. */
const modules = ['index.js', 'countdown.js']

/** What a page's layout needs to know. */
export function frameOf(view: View, brand: Brand, assets: Assets): Frame {
  const { messages, language, addresses, error } = view
  const title = error ? messages.errorTitle.replace('{title}', () => view.title) : view.title
  const root = `${addresses.root}${assets.path}/`
  const frame: Frame = {
    language,
    direction: messages.direction,
    title: brand.name === undefined ? title : `${title} – ${brand.name}`,
    head: html`<link rel="stylesheet" href="${root}style.css" />
      ${assets.names.includes('brand.css') && stylesheet(`${root}brand.css`)}
      ${brand.stylesheet !== undefined && stylesheet(brand.stylesheet)}
      ${modules.map((name) => html`<link rel="modulepreload" href="${root}${name}" />`)}
      <script type="module" src="${root}sign-in.js"></script>`,
    view,
    page: (content) => document(content, frame, brand),
  }
  return frame
}

function document(content: Html, frame: Frame, { name, logo }: Brand): Html {
  return html`<!doctype html>
    <html lang="${frame.language}" dir="${frame.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${frame.title}</title>
        ${frame.head}
      </head>
      <body class="okta-oob-page">
        <div class="okta-oob-card">
          ${
            (name ?? logo) !== undefined &&
            html`<header class="okta-oob-brand">
              ${logo === undefined ? name : html`<img src="${logo}" alt="${name ?? ''}" />`}
            </header>`
          }
          ${content}
        </div>
      </body>
    </html>`
}

function stylesheet(address: string): Html {
  return html`<link rel="stylesheet" href="${address}" />`
}
