/** The browser behind a call, so that Okta shows and judges its place and not the server's. */
export interface ClientContext {
  userAgent?: string | undefined
  acceptLanguage?: string | undefined
  /** Sent as `X-Forwarded-For`; Okta honours it from trusted proxies only. */
  ip?: string | undefined
}

/** Options of one call to Okta. */
export interface CallOptions {
  /** Ends the call; what it has sent or spent by then stays sent or spent. */
  signal?: AbortSignal | undefined
  clientContext?: ClientContext | undefined
}

/** Never `Origin`, which Okta takes for a browser's own call, and never cookies. */
export function contextHeaders(context: ClientContext = {}): Record<string, string> {
  const { userAgent, acceptLanguage, ip } = context
  return {
    'user-agent': userAgent ?? 'passport-okta-oob',
    ...(acceptLanguage !== undefined && { 'accept-language': acceptLanguage }),
    ...(ip !== undefined && { 'x-forwarded-for': ip }),
  }
}
