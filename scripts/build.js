// The build: the script of the sign-in pages, then the files that the pages load as strings of a
// module, so that bundlers carry them, then the package itself.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
// By its path: older compilers, which the tests use, have a `tsc` in node_modules/.bin as well.
const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root))

// Files that have not changed are not written, so that a build beside running programs is harmless.
function compile(project, name) {
  const incremental = ['--incremental', '--tsBuildInfoFile', `dist/${name}.tsbuildinfo`]
  execFileSync(process.execPath, [tsc, '-p', project, ...incremental], {
    cwd: root,
    stdio: 'inherit',
  })
}

function writeIfChanged(file, text) {
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    writeFileSync(file, text)
  }
}

compile('lib/browser', 'browser')
compile('lib/browser/types.json', 'browser-types')
const sources = {
  'style.css': 'lib/pages/style.css',
  'sign-in.js': 'dist/browser/sign-in.js',
  'index.js': 'dist/browser/index.js',
  'countdown.js': 'dist/browser/countdown.js',
}
const files = Object.fromEntries(
  Object.entries(sources).map(([name, path]) => [name, readFileSync(new URL(path, root), 'utf8')]),
)
writeIfChanged(
  new URL('lib/pages/asset-files.ts', root),
  '// Made by `npm run build` from lib/pages/style.css and lib/browser; not kept in git.\n' +
    `export const assetFiles: Record<string, string> = ${JSON.stringify(files, null, 2)}\n`,
)
compile('.', 'lib')
