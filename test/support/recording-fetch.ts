export interface RecordedRequest {
  url: string
  form: Record<string, string>
  headers: Headers
}

/** The global fetch, and what it was asked for. */
export function recordingFetch(): {
  fetch: (url: string, init: RequestInit) => Promise<Response>
  /** The requests to URLs that end like this; all of them without it. */
  requests: (ending?: string) => RecordedRequest[]
} {
  const recorded: RecordedRequest[] = []
  return {
    fetch: (url, init) => {
      const form = init.body instanceof URLSearchParams ? Object.fromEntries(init.body) : {}
      recorded.push({ url, form, headers: new Headers(init.headers) })
      return fetch(url, init)
    },
    requests: (ending = '') => recorded.filter(({ url }) => url.endsWith(ending)),
  }
}
