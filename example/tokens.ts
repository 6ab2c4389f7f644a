import type { Request } from 'express'
import { refreshTokenGrant, tokenRevocation } from 'openid-client'
import type { OktaOobStrategy, Tokens } from 'passport-okta-oob'

/** What this example keeps of a sign-in, on the server, to call APIs with later. */
export interface KeptTokens {
  accessToken: string
  refreshToken: string | undefined
}

export function keep({ access_token, refresh_token }: Tokens): KeptTokens {
  return { accessToken: access_token, refreshToken: refresh_token }
}

/** New tokens for old ones; needs the scope `offline_access` and the grant Refresh Token. */
export async function refresh(
  okta: OktaOobStrategy,
  req: Request,
  { refreshToken = '' }: KeptTokens,
): Promise<KeptTokens> {
  const client = await okta.client(req)
  const tokens = await refreshTokenGrant(await client.configuration(), refreshToken)
  // Okta rotates refresh tokens only where it is told to; otherwise the old one stays good.
  const kept = keep(tokens)
  return { ...kept, refreshToken: kept.refreshToken ?? refreshToken }
}

/** Tells Okta that the tokens are over; revoking a refresh token ends its access tokens too. */
export async function revoke(
  okta: OktaOobStrategy,
  req: Request,
  { accessToken, refreshToken }: KeptTokens,
): Promise<void> {
  const client = await okta.client(req)
  const config = await client.configuration('revocation_endpoint')
  await tokenRevocation(config, refreshToken ?? accessToken)
}
