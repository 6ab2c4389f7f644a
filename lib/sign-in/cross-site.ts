import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether a browser sent this request on behalf of another site. `Sec-Fetch-Site` decides where it
 * is sent: a page under `Referrer-Policy: no-referrer` makes the browser say `Origin: null` even
 * to its own site. A request with neither header does not come from a browser.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isCrossSite(headers: IncomingHttpHeaders, origins: readonly string[]): boolean {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  if (origin !== undefined && origins.includes(origin)) {
    return false
  }
  if (site !== undefined) {
    return site !== 'same-origin' && site !== 'none'
  }
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host)
}
