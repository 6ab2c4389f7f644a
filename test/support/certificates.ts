import { generate } from 'selfsigned'

export interface Certificate {
  key: string
  cert: string
}

/** A certification authority that no machine trusts, and certificates that it has signed. */
export interface Authority {
  cert: string
  forServer(): Promise<Certificate>
  forClient(name: string): Promise<Certificate>
}

const keys = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

export async function privateAuthority(): Promise<Authority> {
  const ca = await generate([{ name: 'commonName', value: 'Private CA' }], {
    ...keys,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const sign = async (name: string): Promise<Certificate> => {
    const signed = await generate([{ name: 'commonName', value: name }], {
      ...keys,
      ca: { key: ca.private, cert: ca.cert },
      extensions: [
        { name: 'basicConstraints', cA: false },
        { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
      ],
    })
    return { key: signed.private, cert: signed.cert }
  }
  return { cert: ca.cert, forServer: () => sign('localhost'), forClient: sign }
}
