import { expect } from 'chai'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installPackage, run, type Project } from '../support/installed.ts'

/** Written here, as the options of this project's own TypeScript have no place for it. */
const importEquals = `
import okta = require('passport-okta-oob')
import client = require('passport-okta-oob/client')
export const strategy: okta.OktaOobStrategy = new okta.OktaOobStrategy((claims, done) =>
  done(null, { id: claims.sub }),
)
export const code: okta.OktaOobCode = new okta.OktaOobError('rate_limited').code
export const alone: client.OktaOobClient = new okta.OktaOobClient()
`

const modules = ['types.ts', 'client-types.ts']
const commonJs = ['types.cts', 'client-types.cts', 'import-equals.cts']
const both = [...modules, ...commonJs]

/**
 * Before TypeScript 5.8, `nodenext` does not let CommonJS require an ES module. CommonJS projects of
 * those versions have these options, with which TypeScript does not read `exports`.
 */
const withoutExports = { module: 'commonjs', moduleResolution: 'node10', esModuleInterop: true }

interface Program {
  version: string
  /** The major version of `@types/express`. */
  express?: 4 | 5
  files: string[]
  options?: object
}

/** The oldest and the newest check all declarations, the others only what the project does. */
const quick = { skipLibCheck: true }

/** Each version with both formats, and both majors of Express's types with the oldest and newest. */
const programs: Program[] = [
  { version: '5.4', express: 5, files: modules },
  { version: '5.4', express: 4, files: modules, options: { ...withoutExports, ...quick } },
  { version: '5.9', express: 4, files: both, options: quick },
  { version: '6', express: 5, files: both, options: quick },
  { version: '7', express: 4, files: both },
  { version: '7', express: 5, files: both },
  { version: '7', files: ['client-types.ts', 'client-types.cts'] },
]

describe('The published types', function () {
  this.timeout(180_000)
  const projects = new Map<Program['express'], Project>()
  let results: Promise<string>[] = []

  before(async () => {
    projects.set(4, await installPackage({ expressTypes: 4 }))
    projects.set(5, await installPackage({ expressTypes: 5 }))
    projects.set(undefined, await installPackage({ web: false }))
    await Promise.all([...projects.values()].map(({ directory }) => addCommonJs(directory)))
    results = programs.map((program) =>
      compile(program, projects.get(program.express)?.directory ?? ''),
    )
  })

  after(() => Promise.all([...projects.values()].map((project) => project.remove())))

  for (const [index, { version, express, options = {} }] of programs.entries()) {
    const beside = express ? `@types/express ${express}` : 'neither Express nor Passport'
    const how = 'module' in options ? ', as CommonJS without exports' : ''
    it(`compile in a strict project with TypeScript ${version} and ${beside}${how}`, async () => {
      expect(await results[index]).to.equal('')
    })
  }
})

/** The same files as CommonJS, and one with `import = require`. */
async function addCommonJs(directory: string): Promise<void> {
  for (const name of modules) {
    await copyFile(join(directory, name), join(directory, name.replace(/ts$/, 'cts')))
  }
  await writeFile(join(directory, 'import-equals.cts'), importEquals)
}

/** What the compiler has to say. */
async function compile(program: Program, directory: string): Promise<string> {
  const { version, files, options = {} } = program
  const config = `typescript-${version}.${'module' in options ? 'without-exports.' : ''}json`
  const settings = { extends: './tsconfig.json', compilerOptions: options, files, include: [] }
  await writeFile(join(directory, config), JSON.stringify(settings))
  const name = version === '7' ? 'typescript' : `typescript-${version}`
  const tsc = fileURLToPath(new URL('bin/tsc', import.meta.resolve(`${name}/package.json`)))
  const { stdout } = await run(process.execPath, [tsc, '-p', config], { cwd: directory }).catch(
    ({ stdout: printed, message }: { stdout: string; message: string }) => ({
      stdout: printed || message,
    }),
  )
  return stdout
}
