import { basename, dirname, join } from 'node:path/posix'

/** The text of each file below `lib/`, by its path from there. */
export type Sources = ReadonlyMap<string, string>

interface Import {
  from: string
  /** A file below `lib/`, or the name of a package. */
  to: string
  /** Whether nothing of it is left at run time. */
  typeOnly: boolean
}

/** What every folder may use. */
const words = ['challenge.ts', 'errors.ts', 'audit.ts', 'options.ts', 'random.ts']
const belowSignIn = ['limits', 'concealment', 'okta', ...words]

/** Each part of `lib/`, which is a folder or a loose file, and the other parts that it may import. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'index.ts': ['strategy.ts', 'hosts', 'pages', 'sign-in', ...belowSignIn],
  'strategy.ts': ['hosts', 'pages', 'sign-in', ...belowSignIn],
  'client.ts': ['okta', ...words],
  hosts: ['pages', 'sign-in', ...belowSignIn],
  pages: ['sign-in', ...belowSignIn],
  'sign-in': belowSignIn,
  limits: words,
  concealment: words,
  okta: words.filter((word) => word !== 'audit.ts'),
  browser: [],
  ...Object.fromEntries(words.map((word) => [word, words])),
}

const mostLooseFiles = 8
const express = /^express(-serve-static-core)?(\/|$)/
const mayRunExpress = /^hosts\/express\.ts$/
const mayNameExpress = /^(strategy\.ts|sign-in\/host-port\.ts|hosts\/.+)$/

/** Each rule tells where it is broken, one line for each place. */
export const rules: Readonly<Record<string, (sources: Sources) => string[]>> = {
  'a part imports only the parts below it': (sources) =>
    importsBetweenParts(sources)
      .filter(({ from, to }) => !allowed[partOf(from)]?.includes(partOf(to)))
      .map(({ from, to }) => `${from} imports ${to}: ${reasonOf(partOf(from), partOf(to))}`),

  'a folder is entered through its index.ts': (sources) =>
    importsBetweenParts(sources)
      .filter(({ to }) => to.includes('/') && to !== `${partOf(to)}/index.ts`)
      .map(({ from, to }) => `${from} imports ${to}: import ${partOf(to)}/index.ts`),

  'at most eight files are in no folder': (sources) => {
    const loose = [...sources.keys()].filter((file) => !file.includes('/'))
    return loose.length > mostLooseFiles ? [`${loose.length} files: ${loose.join(', ')}`] : []
  },

  'imports form no cycle, those of types included': (sources) =>
    cyclesOf(importsOf(sources)).map((cycle) => cycle.join(' imports ')),

  'only hosts/express.ts imports Express, and few others its types': (sources) =>
    importsOf(sources)
      .filter(({ to }) => express.test(to))
      .filter(({ from, typeOnly }) => !(typeOnly ? mayNameExpress : mayRunExpress).test(from))
      .map(({ from, to, typeOnly }) => `${from} imports ${typeOnly ? 'types of ' : ''}${to}`),

  'no two files have one name': (sources) => {
    const named = [...sources.keys()]
      .filter((file) => partOf(file) !== 'browser')
      .filter((file) => !['index.ts', 'options.ts'].includes(basename(file)))
    return named.flatMap((file, index) =>
      named
        .slice(index + 1)
        .filter((other) => basename(other) === basename(file))
        .map((other) => `${file} and ${other}`),
    )
  },
}

function reasonOf(part: string, other: string): string {
  return part in allowed ? `${part} may not import ${other}` : `${part} is not a known part of lib`
}

/** The folder that a file is in, or the file where it is in none. */
function partOf(file: string): string {
  return file.split('/')[0] ?? file
}

function importsBetweenParts(sources: Sources): Import[] {
  return importsOf(sources)
    .filter(({ to }) => to.endsWith('.ts'))
    .filter(({ from, to }) => partOf(from) !== partOf(to))
}

/**
 * What a file may name a module with, and whether as types only. `import { type A }` is none of those:
 * with `verbatimModuleSyntax` the module is loaded.
 */
const specifiers: readonly [pattern: RegExp, typeOnly: boolean][] = [
  [/^(?:import|export)\s+(?!type\b)(?:[\w\s{},*$]*?\bfrom\s+)?'([^']+)'/gm, false],
  [/^(?:import|export)\s+type\s[\w\s{},*$]*?\bfrom\s+'([^']+)'/gm, true],
  [/\bawait import\('([^']+)'\)/g, false],
  [/(?<!await )\bimport\('([^']+)'\)/g, true],
  [/\bdeclare module '([^']+)'/g, true],
]

function importsOf(sources: Sources): Import[] {
  return [...sources].flatMap(([from, text]) =>
    specifiers.flatMap(([pattern, typeOnly]) =>
      [...text.matchAll(pattern)].map(([, name = '']) => {
        const to = name.startsWith('.') ? join(dirname(from), name) : name
        return { from, to, typeOnly }
      }),
    ),
  )
}

/** Cycles, as the files on the way round (`a, b, a`): one at least where there are any. */
function cyclesOf(imports: Import[]): string[][] {
  const done = new Set<string>()
  const cycles: string[][] = []
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file])
    } else if (!done.has(file)) {
      for (const { to } of imports.filter(({ from }) => from === file)) {
        visit(to, [...path, file])
      }
      done.add(file)
    }
  }
  for (const { from } of imports) {
    visit(from, [])
  }
  return cycles
}
