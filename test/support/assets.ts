import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './installed.ts'

const root = new URL('../..', import.meta.url).pathname

/** The files that the pages load, by name: the stylesheet, and the scripts as compiled just now. */
export async function compileAssets(): Promise<Map<string, string>> {
  const assets = new Map([['style.css', await readFile(join(root, 'lib/pages/style.css'), 'utf8')]])
  const directory = await mkdtemp(join(tmpdir(), 'passport-okta-oob-'))
  const typescript = fileURLToPath(import.meta.resolve('typescript/package.json'))
  const tsc = join(typescript, '../bin/tsc')
  await run(process.execPath, [tsc, '-p', 'lib/browser', '--outDir', directory], { cwd: root })
  for (const name of await readdir(join(directory, 'browser'))) {
    assets.set(name, await readFile(join(directory, 'browser', name), 'utf8'))
  }
  await rm(directory, { recursive: true })
  return assets
}
