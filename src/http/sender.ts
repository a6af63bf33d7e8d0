/** A request's client and the host it addressed, from the connection or from a trusted proxy's headers. */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'
import { forwardedHops } from './forwarded.ts'

export interface Sender {
  /** The client's IP address; IPv4 never in its IPv6-mapped form. Empty if a trusted proxy conceals it or the connection is closed. */
  readonly address: string
  /** Whether proxies forwarded it. For an `unknown` (untrusted) one the address is that proxy's. */
  readonly proxy: 'none' | 'trusted' | 'unknown'
  /** Whether the client speaks TLS, to this server or to the trusted proxy in front of it. */
  readonly isSecure: boolean
  /** `host` or `host:port` as sent by the client; empty if it sent none. */
  readonly host: string
}

export type SenderOf = (request: IncomingMessage) => Sender

/**
 * `trusted`: addresses and networks (`10.0.0.0/8`) of proxies. Forwarding headers are trusted only from
 * such a peer: of the hops that they name, the nearest one that is not a trusted proxy is the client.
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
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers['forwarded'] !== undefined
  return {
    address: plainAddress(socket.remoteAddress ?? ''),
    proxy: isForwarded ? 'unknown' : 'none',
    isSecure: 'encrypted' in socket,
    host: headers.host ?? '',
  }
}

/** The entries were validated by the config. */
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
