import { logins } from './logins.ts'
import type { Figure } from './measure.ts'
import { polls } from './polls.ts'
import { waiting } from './waiting.ts'

const measures = new Map<string, () => AsyncIterable<Figure>>(
  Object.entries({ logins, polls, waiting }),
)

// All of them, or those that are named: `npm run bench -- logins`.
const names = process.argv.length > 2 ? process.argv.slice(2) : [...measures.keys()]
const unknown = names.filter((name) => !measures.has(name))
if (unknown.length > 0) {
  throw new Error(`no measure is called ${unknown.join(', ')}: ${[...measures.keys()].join(', ')}`)
}

const [major = '', minor = ''] = process.versions.node.split('.')
console.log(`\n${new Date().toISOString().slice(0, 10)}, Node ${major}.${minor}\n`)
console.log('| figure | value | aim | ours and bare |\n| --- | --- | --- | --- |')
for (const name of names) {
  // At once: what was measured is not lost when something later fails.
  for await (const { what, value, aim = '', detail } of measures.get(name)?.() ?? []) {
    console.log(`| ${what} | ${value} | ${aim} | ${detail} |`)
  }
}
