import type { Challenge } from '../challenge.ts'

/** @see https://developer.okta.com/docs/guides/configure-direct-auth-grants/dmfaoobov/main/ */
export const oobGrant = 'urn:okta:params:oauth:grant-type:oob'
const mfaOobGrant = 'http://auth0.com/oauth/grant-type/mfa-oob'
export const mfaOtpGrant = 'http://auth0.com/oauth/grant-type/mfa-otp'

/** The grants that tell Okta which second factors this app can handle. */
export function mfaGrants(secondFactors: readonly string[]): string[] {
  return [
    ...(secondFactors.some((channel) => channel !== 'otp') ? [mfaOobGrant] : []),
    ...(secondFactors.includes('otp') ? [mfaOtpGrant] : []),
  ]
}

/** The grant that redeems a challenge. A number challenge that is the first factor is `oob` too. */
export function grantOf({ mfaToken, oobCode }: Challenge): string {
  if (mfaToken === undefined) {
    return oobGrant
  }
  return oobCode === undefined ? mfaOtpGrant : mfaOobGrant
}

/** What `/token` is asked for a challenge, the grant and the client aside. */
export function tokenParameters(
  challenge: Challenge,
  code: string | undefined,
  secondFactors: readonly string[],
): Record<string, string> {
  const { scope, acrValues, oobCode, mfaToken, bindingMethod } = challenge
  // Okta takes no binding_code from a push, not even the number of a number challenge.
  const typed = bindingMethod === 'prompt' ? code : undefined
  return {
    scope,
    ...(mfaToken !== undefined && { mfa_token: mfaToken }),
    ...(oobCode !== undefined && { oob_code: oobCode }),
    ...(typed !== undefined && { [oobCode === undefined ? 'otp' : 'binding_code']: typed }),
    ...(acrValues !== undefined && { acr_values: acrValues }),
    // Without a way to go on, Okta is not told of one and says at once what it would need.
    ...(secondFactors.length > 0 && {
      grant_types_supported: [oobGrant, ...mfaGrants(secondFactors)].join(' '),
    }),
  }
}
