import type { SignInRequest } from '../sign-in/index.ts'

/** Addresses of the routes, as the page of this request has to write them. */
export interface Addresses {
  /** What the others begin with: ends in a slash. */
  root: string
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
  const last = mountPath.slice(mountPath.lastIndexOf('/') + 1)
  const below = depth > 0 ? '../'.repeat(depth) : './'
  const root = path === '' && last !== '' ? `./${last}/` : below
  return {
    root,
    // A host that redirects `/login/` to `/login` would make a GET of the form's POST.
    start: path === '' && last !== '' ? `./${last}` : root,
    challenge: `${root}challenge`,
    complete: `${root}complete`,
    resend: `${root}resend`,
    cancel: `${root}cancel`,
  }
}
