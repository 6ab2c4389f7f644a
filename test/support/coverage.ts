import { mkdir, writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'

const directory = process.env['COVERAGE_TO']
const dist = new URL('../../dist/', import.meta.url).href
const session = new Session()
let reports = 0

if (directory !== undefined) {
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
}

/**
 * Writes down what of the package has run since the last time, in the format that c8 reads, where
 * `COVERAGE_TO` names a directory. After each file: mocha kills its workers in the end, and what
 * Node writes by itself at their exit is cut off.
 */
export async function reportCoverage(): Promise<void> {
  if (directory === undefined) {
    return
  }
  const { result } = await session.post('Profiler.takePreciseCoverage')
  const ofPackage = result.filter(({ url }) => url.startsWith(dist))
  reports += 1
  await mkdir(directory, { recursive: true })
  const file = `${directory}/coverage-${process.pid}-${reports}.json`
  await writeFile(file, JSON.stringify({ result: ofPackage }))
}
