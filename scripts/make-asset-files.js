// Writes the files that the sign-in pages load as strings into a module, so that bundlers carry
// them: `lib/pages/asset-files.ts`, from the stylesheet and the compiled script. Part of the build.
import { readFileSync, writeFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)
const sources = {
  'style.css': 'lib/pages/style.css',
  'sign-in.js': 'dist/browser/sign-in.js',
  'index.js': 'dist/browser/index.js',
  'countdown.js': 'dist/browser/countdown.js',
}
const files = Object.fromEntries(
  Object.entries(sources).map(([name, path]) => [name, readFileSync(new URL(path, root), 'utf8')]),
)
writeFileSync(
  new URL('lib/pages/asset-files.ts', root),
  '// Made by `npm run build` from lib/pages/style.css and lib/browser; not kept in git.\n' +
    `export const assetFiles: Record<string, string> = ${JSON.stringify(files, null, 2)}\n`,
)
