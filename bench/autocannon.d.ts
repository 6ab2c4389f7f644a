/** What is used here of a package that has no types. */
declare module 'autocannon' {
  interface Request {
    method?: string
    headers?: Record<string, string>
    body?: string
    setupRequest?: (request: Request) => Request
  }

  interface Options extends Request {
    url: string
    connections?: number
    /** Seconds. */
    duration?: number
    /** How many requests, instead of a duration. */
    amount?: number
    requests?: Request[]
  }

  interface Result {
    '2xx': number
    non2xx: number
    errors: number
    /** Seconds. */
    duration: number
  }

  export default function autocannon(options: Options): Promise<Result>
}
