import type { SignInRequest } from '../sign-in/index.ts'

/** Addresses of the routes, as the page of this request has to write them. */
export interface Addresses {
  /** GET: the sign-in page. POST: start. */
  start: string
  /** GET: the page of the challenge. */
  challenge: string
  /** POST */
  complete: string
  resend: string
  cancel: string
}

/**
 * The routes as seen from the page of this request. They are relative: behind a proxy that strips
 * a part of the path, the app does not know the whole of it.
 */
export function addressesOf({ path, mountPath }: SignInRequest): Addresses {
  const depth = path.split('/').length - 2
  const start =
    path === ''
      ? `./${mountPath.slice(mountPath.lastIndexOf('/') + 1)}/`
      : depth === 0
        ? './'
        : '../'.repeat(depth)
  return {
    start,
    challenge: `${start}challenge`,
    complete: `${start}complete`,
    resend: `${start}resend`,
    cancel: `${start}cancel`,
  }
}
