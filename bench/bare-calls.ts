import http from 'node:http'
import https from 'node:https'

export type Texts = Record<string, string>

/** Posts a form, or gets what is there without one, and reads the JSON of the answer. */
export type Call = (url: string, form?: Texts) => Promise<unknown>

export const callByFetch: Call = async (url, form) => {
  const answer = await fetch(url, form && { method: 'POST', body: new URLSearchParams(form) })
  return answer.json()
}

/** Calls an issuer by `node:https`, or `node:http`, over connections that it keeps. */
export function callByNode(issuer: string): Call {
  const { Agent, request } = issuer.startsWith('https:') ? https : http
  const agent = new Agent({ keepAlive: true })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return (url, form) =>
    new Promise((resolve, reject) => {
      const sent = request(url, form ? { agent, method: 'POST', headers } : { agent })
      sent.on('error', reject)
      sent.on('response', (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('error', reject)
        answer.on('end', () => {
          try {
            resolve(JSON.parse(text))
          } catch (error) {
            reject(error)
          }
        })
      })
      sent.end(form && new URLSearchParams(form).toString())
    })
}
