/** Who sent a request and how it called this server: what the connection shows, or what a trusted proxy says of it. */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { forwardedHops } from './forwarded.ts'

export interface Sender {
  /** The client's IP address; IPv4 without its IPv6 disguise. Empty when a trusted proxy conceals it, or the connection is gone. */
  readonly address: string
  /** Whether proxies handed it on. After an `unknown` one, which nobody trusts, the address is that proxy's. */
  readonly proxy: 'none' | 'trusted' | 'unknown'
  /** Whether the client speaks TLS, to this server or to the trusted proxy in front of it. */
  readonly isSecure: boolean
  /** `host` or `host:port` as the client said it; empty when it said nothing. */
  readonly host: string
}

export type SenderOf = (request: IncomingMessage) => Sender

/**
 * `trusted`: addresses and networks (`10.0.0.0/8`) of proxies. Only a peer among them is believed about anybody else:
 * of the hops that it names, the last that is no trusted proxy itself is the client.
 */
export function createSenderOf(trusted: readonly string[]): SenderOf {
  if (trusted.length === 0) return peerOf
  const proxies = blockListOf(trusted)
  const isTrusted = (address: string) => proxies.check(address.replace(/%.*/, ''), isIPv6(address) ? 'ipv6' : 'ipv4')
  return (request) => {
    const peer = peerOf(request)
    if (isIP(peer.address) === 0 || !isTrusted(peer.address)) return peer
    let sender: Sender = { ...peer, proxy: 'none' }
    for (const hop of forwardedHops(request.headers)) {
      const address = plainAddress(hop.address ?? '')
      sender = {
        address: isIP(address) === 0 ? '' : address,
        proxy: 'trusted',
        isSecure: hop.isSecure ?? sender.isSecure,
        host: hop.host ?? sender.host,
      }
      if (sender.address === '' || !isTrusted(address)) break
    }
    return sender
  }
}

function peerOf(request: IncomingMessage): Sender {
  const { socket, headers } = request
  const isHandedOn = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined
  return {
    address: plainAddress(socket.remoteAddress ?? ''),
    proxy: isHandedOn ? 'unknown' : 'none',
    isSecure: 'encrypted' in socket,
    host: headers.host ?? '',
  }
}

/** As the config has checked them. */
function blockListOf(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}

export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice('::ffff:'.length) : address
}
