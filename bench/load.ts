import autocannon, { type Options, type Result } from 'autocannon'

/** POSTs to a URL as fast as it answers, over ten connections. */
export async function post(options: Options): Promise<Result> {
  const result = await autocannon({ connections: 10, method: 'POST', ...options })
  if (result.non2xx + result.errors > 0) {
    throw new Error(`${options.url}: ${result.non2xx} refusals, ${result.errors} errors`)
  }
  return result
}
