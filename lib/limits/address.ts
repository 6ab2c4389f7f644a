import ipaddr from 'ipaddr.js'

/**
 * What an address is counted by. Whoever has one IPv6 address has 2^64 of them, so those are
 * counted by their /64; an IPv4 address in IPv6 clothes is the IPv4 address.
 */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) {
    return address
  }
  const parsed = ipaddr.process(address)
  return parsed.kind() === 'ipv6'
    ? `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString()}/64`
    : parsed.toString()
}
