// The issuer, the client's id and its secret: pasted by hand, into an option or a variable.
import { check, isText } from '../options.ts'

/** The options that are read here; those of `OktaOobClientOptions` are documented there. */
interface PastedOptions {
  issuer?: unknown
  clientID?: unknown
  clientId?: unknown
  clientSecret?: unknown
  allowInsecureRequests?: boolean | undefined
}

type Environment = Record<string, string | undefined>

/** One of these values, with the name to give it in an error: values are never told. */
interface Pasted {
  option: string
  value: unknown
  /** The variable that it comes from. */
  variable: string | undefined
}

/** @throws {TypeError} naming the option, and the variable that it comes from */
export function readIssuer(
  { issuer, allowInsecureRequests }: PastedOptions,
  environment: Environment,
): string {
  const pasted = pick('issuer', issuer ?? undefined, 'OKTA_OAUTH2_ISSUER', environment)
  const { value } = pasted
  must(isText(value), pasted, 'or OKTA_OAUTH2_ISSUER is required')
  checkPaste(pasted, value)
  const isFilled = !isUnfilled(value) && !value.split('/').some(isPlaceholder)
  must(isFilled, pasted, 'is still a placeholder')
  const schemes = allowInsecureRequests ? 'an https or http URL' : 'an https URL'
  const loopback = allowInsecureRequests
    ? ''
    : ' (http only on loopback, or with allowInsecureRequests)'
  const isValid = isIssuer(value, allowInsecureRequests === true)
  must(isValid, pasted, `must be ${schemes} without query${loopback}`)
  const { hostname, origin, pathname } = new URL(value)
  const console = /^(.+)-admin\.(okta(?:preview|-emea|-gov)?\.com|okta\.mil)$/.exec(hostname)
  const org = `https://${console?.[1]}.${console?.[2]}`
  must(!console, pasted, `is the address of the admin console; that of the org is ${org}`)
  const endpoint = /^(.*?)(?:\/\.well-known\/.*|(?<=\/oauth2(?:\/[^/]+)?)\/v1(?:\/.*)?)$/.exec(
    pathname,
  )
  const server = origin + (endpoint?.[1] ?? '').replace(/\/oauth2$/, '')
  must(!endpoint, pasted, `is the address of an endpoint; its authorization server is ${server}`)
  return value.replace(/\/+$/, '')
}

/** @throws {TypeError} naming the option, and the variable that it comes from */
export function readClientId(
  { clientID, clientId }: PastedOptions,
  environment: Environment,
): string {
  const pasted = pick(
    'clientID',
    clientID ?? clientId ?? undefined,
    'OKTA_OAUTH2_CLIENT_ID',
    environment,
  )
  const { value } = pasted
  must(isText(value), pasted, 'or OKTA_OAUTH2_CLIENT_ID is required')
  const aliases = new Set([value, clientId ?? value])
  check(aliases.size === 1, 'clientId', 'differs from clientID')
  checkPaste(pasted, value)
  must(!isPlaceholder(value) && !isUnfilled(value), pasted, 'is still a placeholder')
  return value
}

/**
 * @returns `undefined` for a client without one, which an empty variable is as well
 * @throws {TypeError} naming the option, and the variable that it comes from
 */
export function readClientSecret(
  { clientSecret }: PastedOptions,
  environment: Environment,
): string | undefined {
  const pasted = pick('clientSecret', clientSecret, 'OKTA_OAUTH2_CLIENT_SECRET', environment)
  const { value, variable } = pasted
  if (value === undefined || (value === '' && variable !== undefined)) {
    return undefined
  }
  must(isText(value), pasted, 'must be a string')
  checkPaste(pasted, value)
  // A secret of the org's own choice may hold brackets.
  const isWhole = /^(?:\$?\{.*\}|<.*>)$/.test(value)
  must(!isWhole && !isPlaceholder(value), pasted, 'is still a placeholder')
  return value
}

function pick(option: string, given: unknown, variable: string, environment: Environment): Pasted {
  return given === undefined
    ? { option, value: environment[variable], variable }
    : { option, value: given, variable: undefined }
}

function must(
  condition: boolean,
  { option, value, variable }: Pasted,
  problem: string,
): asserts condition {
  const from = variable !== undefined && value ? `from ${variable} ` : ''
  check(condition, option, from + problem)
}

/** What a terminal, a file or an env file adds to a value, and Okta then refuses. */
function checkPaste(pasted: Pasted, value: string): void {
  // A secret of the org's own choice may have spaces inside (RFC 6749 §A.2), and nothing else may.
  const text = pasted.option === 'clientSecret' ? value.replaceAll(/(?<=\S) +(?=\S)/g, '') : value
  // Format characters: a byte order mark, a zero-width space.
  const isClean = !/[\s\p{Cc}\p{Cf}]/u.test(text)
  must(isClean, pasted, 'has white space or a control character in it, such as a line break')
  must(!/^(["']).*\1$/.test(value), pasted, 'has quotes around it')
}

/** `{yourOktaDomain}`, `${ISSUER}`, `<org>`, `$ISSUER`, `%ISSUER%`. */
function isUnfilled(value: string): boolean {
  return /[{}<>]|%7[BD]|(?:^|\/\/)\$\w|^%.*%$/i.test(value)
}

/** Not every word behind `your`: an org may be called `your-bank`. */
const nouns =
  'okta|org|organi[sz]ation|company|tenant|domain|subdomain|site|host|server|issuer|instance|custom|dev|app|application|oauth2?|oidc|api|auth|client|id|secret|key|name|url|value|here'

/** `yourOktaDomain`, `your-org.okta.com`, `YOUR_CLIENT_ID`, or what a variable without a value became. */
const placeholder = new RegExp(
  `^(?:your[-_]?(?:(?:${nouns})[-_]?)+|(?:dev-)?xxx+|undefined|null)(?:$|[.:])`,
  'i',
)

function isPlaceholder(value: string): boolean {
  return placeholder.test(value)
}

/** RFC 8252 §8.3: plain http is acceptable only where it does not leave the machine. */
function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}

function isIssuer(issuer: string, allowsHttp: boolean): boolean {
  if (!URL.canParse(issuer)) {
    return false
  }
  const url = new URL(issuer)
  return (
    (url.protocol === 'https:' || (url.protocol === 'http:' && (allowsHttp || isLoopback(url)))) &&
    // An empty query or fragment, which URL drops, would end up in the middle of the endpoints.
    !/[?#@]/.test(issuer)
  )
}
