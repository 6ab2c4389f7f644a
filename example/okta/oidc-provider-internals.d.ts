declare module 'oidc-provider/lib/helpers/validate_dpop.js' {
  import type { KoaContextWithOIDC, Provider } from 'oidc-provider'

  export interface DpopProof {
    thumbprint: string
  }

  /** oidc-provider checks the proofs of its own grants only; this is what it checks them with. */
  export default function validateDpop(
    provider: Provider,
    ctx: KoaContextWithOIDC,
  ): Promise<DpopProof | undefined>
}
