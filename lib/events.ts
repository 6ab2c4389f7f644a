import { channel } from 'node:diagnostics_channel'

/**
 * Okta has no `/oob-authenticate` any more, and this client starts at `/primary-authenticate` from
 * now on. Published once: `{ issuer, clientId, from, to }`.
 */
export const fallback: ReturnType<typeof channel> = channel('okta-oob:fallback')
