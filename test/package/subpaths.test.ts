import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { installPackage, run, type Project } from '../support/installed.ts'

type Target = string | { [condition: string]: Target }

interface Manifest {
  main: string
  types: string
  exports: Record<string, Target>
}

const specifier = /['"`]passport-okta-oob\/([\w./-]+)['"`]/g

describe('The subpaths of the published package', function () {
  this.timeout(60_000)
  let project: Project
  let manifest: Manifest
  let readme: string

  before(async () => {
    project = await installPackage()
    const installed = join(project.directory, 'node_modules/passport-okta-oob')
    manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Manifest
    readme = await readFile(join(installed, 'README.md'), 'utf8')
  })

  after(() => project?.remove())

  it('are files of the tarball, under every condition', () => {
    const named = Object.values(manifest.exports).flatMap(filesOf)
    expect(named).to.have.length.above(0)
    for (const file of [manifest.main, manifest.types, ...named]) {
      expect(project.files).to.include(file.replace(/^\.\//, ''))
    }
  })

  it('have types beside their code', () => {
    for (const [subpath, target] of Object.entries(manifest.exports)) {
      if (subpath !== './package.json') {
        expect(filesOf(target).join(' '), subpath).to.match(/\.d\.ts .*\.js/)
      }
    }
  })

  it('are loaded by import and by require, and have the same exports then', async () => {
    const script = `
      import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      for (const name of ${JSON.stringify(codeOf(manifest))}) {
        const imported = Object.entries(await import(name))
        const required = require(name)
        const same = imported.every(([key, value]) => required[key] === value)
        console.log(name, imported.length > 0 && same)
      }`
    const args = ['--input-type=module', '--eval', script]
    const { stdout, stderr } = await run(process.execPath, args, { cwd: project.directory })
    const expected = codeOf(manifest).map((name) => `${name} true\n`)
    expect(stdout + stderr).to.equal(expected.join(''))
  })

  it('that the README names are exported', () => {
    const named = [...readme.matchAll(specifier)].map(([, subpath]) => `./${subpath}`)
    expect(named).to.have.length.above(0)
    expect(Object.keys(manifest.exports)).to.include.members(named)
  })

  it('are named by the README', () => {
    for (const name of codeOf(manifest)) {
      expect(readme).to.include(name)
    }
  })
})

function filesOf(target: Target): string[] {
  return typeof target === 'string' ? [target] : Object.values(target).flatMap(filesOf)
}

/** What can be imported and is no data. */
function codeOf({ exports }: Manifest): string[] {
  return Object.keys(exports)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => subpath.replace('.', 'passport-okta-oob'))
}
