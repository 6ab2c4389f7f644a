import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { whenAllOver } from './resources.ts'

const execute = promisify(execFile)
const root = new URL('../..', import.meta.url).pathname
const modules = join(root, 'node_modules')

/** What a project has beside the package: its peers, and what its own TypeScript needs. */
const ofTheProject = ['express', 'express-session', 'passport']
const typesOfTheProject = ['@types/node', '@types/express-session']

/** Type packages that import Express's types: they have to find those of the project. */
const besideExpressTypes = [
  '@types/express-session',
  '@types/passport',
  '@types/passport-strategy',
] as const

export interface ProjectOptions {
  /** The major version of the project's `@types/express`. */
  expressTypes?: 4 | 5
  /** `false`: neither Express, express-session nor Passport is installed, nor their types. */
  web?: boolean
}

/** A project of someone else's that has installed the package from its tarball. */
export interface Project {
  directory: string
  /** The files of the tarball. */
  files: string[]
  remove(): Promise<void>
}

interface Tarball {
  path: string
  files: string[]
}

/** Runs a program to its end; rejected with its output when it fails. */
export function run(
  command: string,
  args: string[],
  { cwd, env = {} }: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<{ stdout: string; stderr: string }> {
  return execute(command, args, { cwd, env: { ...process.env, ...env } })
}

/**
 * Packs the package and unpacks it into a new project, beside exactly what it declares as its
 * dependencies: something that it uses without saying so is missing there. The files of
 * `test/package/consumer` are the project's own; it is one of ES modules.
 */
export async function installPackage(options: ProjectOptions = {}): Promise<Project> {
  const { expressTypes = 5, web = true } = options
  const { path, files } = await pack()
  const directory = await mkdtemp(join(tmpdir(), 'passport-okta-oob-'))
  const installed = join(directory, 'node_modules', 'passport-okta-oob')
  await mkdir(installed, { recursive: true })
  await run('tar', ['-xzf', path, '-C', installed, '--strip-components=1'])
  const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const names = [...Object.keys(dependencies), ...ofTheProject, ...typesOfTheProject]
  for (const name of names.filter((each) => web || !/express|passport/.test(each))) {
    await link(join(modules, name), join(directory, 'node_modules', name))
  }
  if (web && expressTypes === 4) {
    await useExpressTypes4(join(directory, 'node_modules'))
  }
  await cp(join(root, 'test/package/consumer'), directory, { recursive: true })
  await writeFile(join(directory, 'package.json'), '{ "private": true, "type": "module" }')
  return { directory, files, remove: () => rm(directory, { recursive: true }) }
}

/**
 * TypeScript looks for imports beside a file's real path. Type packages that import Express's types
 * are copied, or they would find those of this project.
 */
async function useExpressTypes4(projectModules: string): Promise<void> {
  const types = join(modules, 'types-express-4')
  const core = '@types/express-serve-static-core'
  await rm(join(projectModules, '@types/express'))
  await link(types, join(projectModules, '@types/express'))
  await link(join(types, 'node_modules', core), join(projectModules, core))
  for (const name of besideExpressTypes) {
    await rm(join(projectModules, name))
    await cp(join(modules, name), join(projectModules, name), { recursive: true })
  }
}

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await symlink(target, path)
}

let packed: Promise<Tarball> | undefined

/** Packed once for all projects of a test file. */
function pack(): Promise<Tarball> {
  packed ??= makeTarball()
  return packed
}

async function makeTarball(): Promise<Tarball> {
  const directory = await mkdtemp(join(tmpdir(), 'passport-okta-oob-'))
  whenAllOver(() => {
    packed = undefined
    return rm(directory, { recursive: true })
  })
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory]
  const { stdout } = await run('npm', packing, { cwd: root })
  const [{ filename, files }] = JSON.parse(stdout) as [
    { filename: string; files: { path: string }[] },
  ]
  return { path: join(directory, filename), files: files.map(({ path }) => path) }
}
