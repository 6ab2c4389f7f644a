import type { SignInRequest } from '../sign-in/index.ts'
import type { Refusal } from './views.ts'

/** A parameter that occurs once and is not empty. */
export function queried({ query }: SignInRequest, name: string): string | undefined {
  const [value, ...more] = query.getAll(name)
  return more.length === 0 && value !== '' ? value : undefined
}

/** A parameter that is a small whole number; anyone can write an address. */
export function count(request: SignInRequest, name: string): number | undefined {
  const text = queried(request, name) ?? ''
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined
}

/** What the address says has gone wrong. */
export function refusalOf(request: SignInRequest): Refusal {
  return {
    code: queried(request, 'error'),
    left: count(request, 'left'),
    wait: count(request, 'wait'),
  }
}
