import { createHash } from 'node:crypto'
import type { SignInRequest, SignInResponse } from '../sign-in/index.ts'
import { assetFiles } from './asset-files.ts'

/** The files that the pages load, below an address that changes with them. */
export interface Assets {
  /** Path of the files from the root of the pages. */
  path: string
  names: string[]
  /** What answers a GET of this path, if one of the files is there. */
  routeOf: (path: string) => ((request: SignInRequest) => Promise<SignInResponse>) | undefined
}

const types = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' }

export function makeAssets(brandCss: string): Assets {
  const files = new Map(Object.entries(assetFiles))
  if (brandCss !== '') {
    files.set('brand.css', brandCss)
  }
  const current = hash([...files.values()].join('\0'))
  return {
    path: `assets/${current}`,
    names: [...files.keys()],
    routeOf: (path) => {
      const [, version, name = ''] = /^\/assets\/([^/]+)\/([^/]+)$/.exec(path) ?? []
      const body = files.get(name)
      if (body === undefined) {
        return undefined
      }
      const etag = `"${hash(body)}"`
      const caching = {
        // While two versions of an app run side by side, a page of one may ask the other.
        // A rolling session adds its cookie to every answer, which no shared cache may give to others.
        'cache-control': `private, ${version === current ? 'max-age=31536000, immutable' : 'no-cache'}`,
        etag,
      }
      return async ({ headers }) =>
        headers['if-none-match']?.includes(etag)
          ? { status: 304, headers: caching, body: '' }
          : {
              status: 200,
              headers: {
                ...caching,
                'content-type': name.endsWith('.css') ? types.css : types.js,
                'x-content-type-options': 'nosniff',
              },
              body,
            }
    },
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
