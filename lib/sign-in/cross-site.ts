import type { SignInRequest } from './host-port.ts'

/**
 * Whether a browser sent this request on behalf of another site. `Sec-Fetch-Site` decides where it
 * is sent: a page under `Referrer-Policy: no-referrer` makes the browser say `Origin: null` even
 * to its own site. A request with neither header does not come from a browser.
 *
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isCrossSite({ headers, host }: SignInRequest, origins: readonly string[]): boolean {
  const { origin } = headers
  const site = headers['sec-fetch-site']
  if (origin !== undefined && origins.includes(origin)) {
    return false
  }
  if (site !== undefined) {
    return site !== 'same-origin' && site !== 'none'
  }
  return origin !== undefined && !isOwn(origin, host)
}

/** A host may be written in upper case, and with the port that its scheme has anyway. */
function isOwn(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) {
    return false
  }
  const { protocol, host: wanted } = new URL(origin)
  const own = `${protocol}//${host}`
  return URL.canParse(own) && new URL(own).host === wanted
}
