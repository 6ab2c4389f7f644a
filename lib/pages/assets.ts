import type { RequestHandler } from 'express'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

interface Asset {
  type: string
  body: string
}

/** The script of the pages, and the modules that it imports. */
export const scripts = ['sign-in.js', 'index.js', 'countdown.js'] as const

/** The files that the pages load, below an address that changes with them. */
export interface Assets {
  /** Path of the files from the router's root. */
  path: string
  names: string[]
  /** For `/assets/:version/:name`. */
  serve: RequestHandler
}

/**
 * The files are read once and kept: Express's own file serving refuses paths with a directory that
 * begins with a dot, and some package managers install below one.
 */
export function makeAssets(brandCss: string): Assets {
  const files = new Map<string, Asset>([
    ['style.css', { type: 'css', body: read('../../lib/pages/style.css') }],
    ...scripts.map((name): [string, Asset] => [
      name,
      { type: 'js', body: read(`../browser/${name}`) },
    ]),
  ])
  if (brandCss !== '') {
    files.set('brand.css', { type: 'css', body: brandCss })
  }
  const bodies = [...files.values()].map(({ body }) => body)
  const current = hash(bodies.join('\0'))
  return {
    path: `assets/${current}`,
    names: [...files.keys()],
    serve: (req, res, next) => {
      const file = files.get(String(req.params['name']))
      if (!file) {
        next()
        return
      }
      // While two versions of an app run side by side, a page may ask the other one.
      const isCurrent = req.params['version'] === current
      res.set({
        'Cache-Control': isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache',
        ETag: `"${hash(file.body)}"`,
        'X-Content-Type-Options': 'nosniff',
      })
      res.type(file.type).send(file.body)
    },
  }
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
