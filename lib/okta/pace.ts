/** RFC 8628 §3.5 and CIBA §11: what each `slow_down` adds to the interval, in seconds, for good. */
export const slowDownSeconds = 5

/** How long to stay away from an Okta that cannot be reached and names no time itself, in seconds. */
export const defaultBackoff = 5
