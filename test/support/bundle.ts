import { buildSync, type Format } from 'esbuild'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Project } from './installed.ts'
import { whenOver } from './resources.ts'

export interface Bundle {
  /** In a folder of its own, without `node_modules` in it or above it. */
  directory: string
  name: string
  /** Bytes of the one file that holds everything. */
  size: number
  /** The files that anything is left of: `express/lib/express.js`. */
  contents: string[]
  warnings: string[]
}

/** An ES module has no `require`, which Express and others call for Node's own modules. */
const requireInModules = `
import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)`

/** Bundles a file of a project, with all that it imports, and leaves the project behind. */
export async function bundle(project: Project, source: string, format: Format): Promise<Bundle> {
  const { outputFiles, metafile, warnings } = buildSync({
    stdin: { contents: source, resolveDir: project.directory },
    absWorkingDir: project.directory,
    bundle: true,
    platform: 'node',
    logLevel: 'silent',
    minify: true,
    format,
    metafile: true,
    write: false,
    outfile: 'bundle.js',
    ...(format === 'esm' && { banner: { js: requireInModules } }),
  })
  const [{ contents } = { contents: new Uint8Array() }] = outputFiles
  const directory = await mkdtemp(join(tmpdir(), 'passport-okta-oob-'))
  whenOver(() => rm(directory, { recursive: true }))
  const name = format === 'esm' ? 'bundle.mjs' : 'bundle.cjs'
  await writeFile(join(directory, name), contents)
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs))
  return {
    directory,
    name,
    size: contents.length,
    contents: inputs
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path.replace(/^.*node_modules\//, '')),
    warnings: warnings.map(({ text }) => text),
  }
}
