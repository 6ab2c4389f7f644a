import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export const run = promisify(execFile)
const root = new URL('../..', import.meta.url).pathname

/** What a project has beside the package: its peers, and what its own TypeScript needs. */
const ofTheProject = ['express', 'express-session', 'passport']
const typesOfTheProject = ['@types/node', '@types/express-session']

/** A project of someone else's that has installed the package from its tarball. */
export interface Project {
  directory: string
  /** The files of the tarball. */
  files: string[]
  remove(): Promise<void>
}

/**
 * Packs the package and unpacks it into a new project, beside exactly what it declares as its
 * dependencies: something that it uses without saying so is missing there.
 */
export async function installPackage(): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'passport-okta-oob-'))
  const installed = join(directory, 'node_modules', 'passport-okta-oob')
  await mkdir(installed, { recursive: true })
  const packing = ['pack', '--json', '--ignore-scripts', '--pack-destination', directory]
  const { stdout } = await run('npm', packing, { cwd: root })
  const [{ filename, files }] = JSON.parse(stdout) as [
    { filename: string; files: { path: string }[] },
  ]
  await run('tar', ['-xzf', join(directory, filename), '-C', installed, '--strip-components=1'])
  const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  for (const name of [...Object.keys(dependencies), ...ofTheProject, ...typesOfTheProject]) {
    const link = join(directory, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(root, 'node_modules', name), link)
  }
  await cp(join(root, 'test/package/consumer'), directory, { recursive: true })
  return {
    directory,
    files: files.map(({ path }) => path),
    remove: () => rm(directory, { recursive: true }),
  }
}
