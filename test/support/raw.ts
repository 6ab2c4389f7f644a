import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { whenOver } from './resources.ts'

export interface RawRequest {
  method?: 'GET' | 'POST'
  path: string
  body?: string
  headers?: Record<string, string>
}

export const formHeaders = {
  accept: 'text/html',
  'content-type': 'application/x-www-form-urlencoded',
}
export const jsonHeaders = { accept: 'application/json', 'content-type': 'application/json' }

/** A browser on a bare socket, which sees every byte of an answer and can hang up. */
export class RawBrowser {
  readonly origin: string
  cookie: string | undefined

  constructor(origin: string) {
    this.origin = origin
  }

  /** The whole answer as it came, status line and headers included. */
  async send(request: RawRequest): Promise<string> {
    const socket = await this.open({
      ...request,
      headers: { connection: 'close', ...request.headers },
    })
    const answer = await text(socket)
    this.cookie = /^set-cookie: ([^;]+)/im.exec(answer)?.[1] ?? this.cookie
    return answer
  }

  /** Sends a request, and leaves the connection to the caller. */
  async open({ method = 'POST', path, body = '', headers }: RawRequest): Promise<Socket> {
    const { hostname, port, host } = new URL(this.origin)
    const socket = connect({ host: hostname, port: Number(port) })
    whenOver(() => socket.destroy())
    await once(socket, 'connect')
    const lines = Object.entries({
      host,
      ...headers,
      ...(this.cookie !== undefined && { cookie: this.cookie }),
      'content-length': String(Buffer.byteLength(body)),
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
    return socket
  }

  postForm(path: string, fields: Record<string, string> = {}): Promise<string> {
    const body = new URLSearchParams(fields).toString()
    return this.send({ path, body, headers: formHeaders })
  }

  postJson(path: string, fields: Record<string, unknown> = {}): Promise<string> {
    return this.send({ path, body: JSON.stringify(fields), headers: jsonHeaders })
  }

  getJson(path: string): Promise<string> {
    return this.send({ method: 'GET', path, headers: { accept: 'application/json' } })
  }
}
