import { createHmac } from 'node:crypto'

/** Names something, such as a user, without telling who does not have the key what it is. */
export type KeyedHash = (text: string) => string

export function keyedHash(key: string): KeyedHash {
  return (text) => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22)
}
