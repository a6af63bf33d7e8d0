/** Parses `X-Forwarded-*` and `Forwarded` (RFC 7239): one hop per proxy, the nearest first. */
import type { IncomingHttpHeaders } from 'node:http'

interface Hop {
  /** Null: missing, or not an IP address. */
  readonly address: string | null
  readonly isSecure: boolean | null
  readonly host: string | null
}

/** Maximum number of hops; the nearest are kept. */
const MAX_HOPS = 32
/** Longer headers are an attack; only the end, which the trusted proxy wrote, is read. */
const MAX_CHARACTERS = 2_048

/**
 * `X-Forwarded-For` has precedence over `Forwarded`: proxies that append to the first pass on the second as the client
 * sent it. Of `X-Forwarded-Proto` and `-Host` most proxies keep one value, which then applies to all hops.
 */
export function forwardedHops(headers: IncomingHttpHeaders): readonly Hop[] {
  const addresses = listOf(headers['x-forwarded-for'], /[^,]+/g)
  const schemes = listOf(headers['x-forwarded-proto'], /[^,]+/g)
  const hosts = listOf(headers['x-forwarded-host'], /[^,]+/g)
  const length = Math.max(addresses.length, schemes.length, hosts.length)
  if (length === 0) return elementsOf(headers['forwarded'])
  const hop = (_: unknown, index: number): Hop => ({
    address: addressIn(addresses[index] ?? ''),
    isSecure: isHttps(schemes[index] ?? schemes.at(-1)),
    host: hosts[index] ?? hosts.at(-1) ?? null,
  })
  return Array.from({ length: Math.min(length, MAX_HOPS) }, hop)
}

function elementsOf(header: string | undefined): Hop[] {
  return listOf(header, /(?:"(?:[^"\\]|\\.)*"|[^,"])+/g).map((element) => {
    const pairs = new Map(
      [...element.matchAll(/(?:^|;)\s*([A-Za-z]+)=("(?:[^"\\]|\\.)*"|[^;\s]*)/g)].map(([, name = '', value = '']) => [
        name.toLowerCase(),
        unquoted(value),
      ]),
    )
    return {
      address: addressIn(pairs.get('for') ?? ''),
      isSecure: isHttps(pairs.get('proto')),
      host: pairs.get('host') ?? null,
    }
  })
}

/** Entries in reverse order: the nearest proxy's is the last one of the header, after anything that the client sent. */
function listOf(header: string | readonly string[] | undefined, entry: RegExp): string[] {
  if (header === undefined) return []
  const text = (typeof header === 'string' ? header : header.join(',')).slice(-MAX_CHARACTERS)
  return (text.match(entry) ?? [])
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .slice(-MAX_HOPS)
    .reverse()
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
}

/** `192.0.2.7`, `192.0.2.7:8080`, `2001:db8::1`, `[2001:db8::1]:8080`. */
function addressIn(text: string): string | null {
  const bare = /^\[([0-9A-Fa-f:.]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([0-9.]+):\d+$/.exec(text)?.[1] ?? text
  return /^[0-9A-Fa-f:.]+$/.test(bare) ? bare : null
}

function isHttps(scheme: string | undefined): boolean | null {
  return scheme === undefined ? null : scheme.toLowerCase() === 'https'
}
