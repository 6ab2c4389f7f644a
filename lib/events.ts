import { channel } from 'node:diagnostics_channel'

/**
 * Published once, when Okta has no `/oob-authenticate` any more and this client moves to
 * `/primary-authenticate`: `{ issuer, clientId, from, to }`.
 */
export const fallback: ReturnType<typeof channel> = channel('okta-oob:fallback')
