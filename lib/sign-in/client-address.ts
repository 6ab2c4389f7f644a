import ipaddr from 'ipaddr.js'

/** IPv4 addresses inside IPv6 ones, in the last 32 bits: NAT64 (RFC 6052, §2.1) and RFC 6145. */
const translated: ReadonlySet<string> = new Set(['rfc6052', 'rfc6145'])

/**
 * The browser's address as a host tells it, without what some proxies write beside it: ports,
 * brackets, zones, quotes. IPv4 addresses that are mapped into IPv6, or translated by NAT64, are
 * IPv4. `undefined` for anything that is no address, such as `unknown` (RFC 7239, §6).
 */
export function readAddress(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 100) {
    return undefined
  }
  const bare = text
    .replaceAll(/["\s]/g, '')
    .replace(/^\[(.*)\](:\d*)?$/, '$1')
    .replace(/^(.*\.\d+):\d*$/, '$1')
    .replace(/%.*$/, '')
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) {
    return ipaddr.IPv4.parse(bare).toString()
  }
  if (!ipaddr.IPv6.isValid(bare)) {
    return undefined
  }
  const address = ipaddr.process(bare)
  return address.kind() === 'ipv6' && translated.has(address.range())
    ? new ipaddr.IPv4(address.toByteArray().slice(-4)).toString()
    : address.toString()
}
