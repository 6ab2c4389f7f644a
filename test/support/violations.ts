const blocked: string[] = []

/** Notes what a browser says in its console, where that is of a content security policy. */
export function noteViolation(text: string): void {
  if (text.includes('Content Security Policy')) {
    blocked.push(text)
  }
}

/** What pages have tried against their content security policy since this was last asked. */
export function blockedByPolicy(): string[] {
  return blocked.splice(0)
}
