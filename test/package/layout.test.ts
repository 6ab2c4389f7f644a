import { expect } from 'chai'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rules, type Sources } from '../support/layout.ts'

const lib = new URL('../../lib', import.meta.url).pathname

/** Sources that break each rule, and what is said of them. */
const broken: Record<keyof typeof rules, [sources: Record<string, string>, said: string[]]> = {
  'a part imports only the parts below it': [
    {
      'okta/client.ts': `import type { Audit } from '../audit.ts'`,
      'limits/index.ts': `export { wait } from '../okta/index.ts'`,
      'sign-in/index.ts': `let page: import('../pages/index.ts').Page`,
      'pages/index.ts': `await import('../browser/index.ts')`,
      'turn.ts': `import './errors.ts'`,
      'strategy.ts': `import './hosts/index.ts'`,
    },
    [
      'okta/client.ts imports audit.ts: okta may not import audit.ts',
      'limits/index.ts imports okta/index.ts: limits may not import okta',
      'sign-in/index.ts imports pages/index.ts: sign-in may not import pages',
      'pages/index.ts imports browser/index.ts: pages may not import browser',
      'turn.ts imports errors.ts: turn.ts is not a known part of lib',
    ],
  ],
  'a folder is entered through its index.ts': [
    {
      'strategy.ts': `import { a } from './sign-in/sign-in.ts'\nimport './okta/index.ts'`,
      'sign-in/sign-in.ts': `import { start } from './steps/start.ts'`,
    },
    ['strategy.ts imports sign-in/sign-in.ts: import sign-in/index.ts'],
  ],
  'at most eight files are in no folder': [
    Object.fromEntries('abcdefghi'.split('').map((name) => [`${name}.ts`, ''])),
    ['9 files: a.ts, b.ts, c.ts, d.ts, e.ts, f.ts, g.ts, h.ts, i.ts'],
  ],
  'imports form no cycle, those of types included': [
    {
      'a.ts': `import { b } from './b.ts'\nimport './c.ts'`,
      'b.ts': `export * from './c.ts'`,
      'c.ts': `import type { B } from './b.ts'`,
    },
    ['b.ts imports c.ts imports b.ts'],
  ],
  'only hosts/express.ts imports Express, and few others its types': [
    {
      'hosts/express.ts': `import express from 'express'`,
      'hosts/koa.ts': `import type { Request } from 'express'\nimport 'express'`,
      'strategy.ts': `import { type Request } from 'express'`,
      'pages/pages.ts': `declare module 'express-serve-static-core' {}`,
    },
    [
      'hosts/koa.ts imports express',
      'strategy.ts imports express',
      'pages/pages.ts imports types of express-serve-static-core',
    ],
  ],
  'no two files have one name': [
    Object.fromEntries(
      [
        'okta/client.ts',
        'client.ts',
        'okta/index.ts',
        'index.ts',
        'browser/errors.ts',
        'errors.ts',
      ].map((file) => [file, '']),
    ),
    ['okta/client.ts and client.ts'],
  ],
}

describe('The layout of lib', () => {
  let sources: Sources

  before(async () => {
    const names = await readdir(lib, { recursive: true })
    const files = names.filter((name) => name.endsWith('.ts'))
    const texts = files.map(
      async (file) => [file, await readFile(join(lib, file), 'utf8')] as const,
    )
    sources = new Map(await Promise.all(texts))
  })

  for (const [rule, check] of Object.entries(rules)) {
    it(rule, () => {
      expect(check(sources)).to.deep.equal([])
    })

    it(`${rule}: what breaks it is named`, () => {
      const [example, said] = broken[rule] ?? [{}, []]
      expect(check(new Map(Object.entries(example)))).to.deep.equal(said)
    })
  }
})
