// Who is believed about a request's client: trusted proxies, as far as their chain reaches, and nobody else.
import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { createSenderOf } from '../../src/http/sender.ts'
import { processorTimeOf } from '../support/processor-time.ts'

const TRUSTED = ['10.0.0.0/8', '127.0.0.1', 'fd00::/8']

function senderOf(peer: string, headers: Record<string, string>, trusted: readonly string[] = TRUSTED) {
  const request = { socket: { remoteAddress: peer }, headers: { host: 'inner:8080', ...headers } }
  return createSenderOf(trusted)(request as unknown as IncomingMessage)
}

const XFF = 'x-forwarded-for'

const ADDRESSES: readonly (readonly [what: string, peer: string, Record<string, string>, expected: string])[] = [
  ['a client without a proxy', '203.0.113.7', {}, '203.0.113.7'],
  ['IPv4 in its IPv6 disguise', '::ffff:203.0.113.7', {}, '203.0.113.7'],
  ['a stranger who names somebody else', '203.0.113.7', { [XFF]: '127.0.0.1' }, '203.0.113.7'],
  ['a stranger who says Forwarded', '203.0.113.7', { forwarded: 'for=127.0.0.1' }, '203.0.113.7'],
  ['one trusted proxy', '10.1.2.3', { [XFF]: '203.0.113.7' }, '203.0.113.7'],
  ['a trusted proxy in disguise', '::ffff:10.1.2.3', { [XFF]: '203.0.113.7' }, '203.0.113.7'],
  ['a trusted proxy of IPv6', 'fd00::1', { [XFF]: '2001:db8::7' }, '2001:db8::7'],
  ['what a client has put before the proxy’s word', '10.1.2.3', { [XFF]: '127.0.0.1, 203.0.113.7' }, '203.0.113.7'],
  ['a chain of trusted proxies', '10.1.2.3', { [XFF]: '6.6.6.6, 203.0.113.7, 10.9.9.9' }, '203.0.113.7'],
  ['a chain of nothing but trusted ones', '10.1.2.3', { [XFF]: '10.0.0.1, 10.0.0.2' }, '10.0.0.1'],
  ['an address with a port', '10.1.2.3', { [XFF]: '203.0.113.7:51234' }, '203.0.113.7'],
  ['IPv6 in brackets', '10.1.2.3', { [XFF]: '[2001:db8::7]:51234' }, '2001:db8::7'],
  ['no address', '10.1.2.3', { [XFF]: 'localhost' }, ''],
  ['a header that is empty', '10.1.2.3', { [XFF]: '' }, '10.1.2.3'],
  ['Forwarded', '10.1.2.3', { forwarded: 'for=203.0.113.7;proto=https' }, '203.0.113.7'],
  ['Forwarded, quoted', '10.1.2.3', { forwarded: 'For="[2001:db8::7]:47011"' }, '2001:db8::7'],
  ['Forwarded by two', '10.1.2.3', { forwarded: 'for=6.6.6.6, for=203.0.113.7, for=10.2.2.2' }, '203.0.113.7'],
  ['Forwarded that conceals', '10.1.2.3', { forwarded: 'for=_hidden' }, ''],
  ['a comma in quotes', '10.1.2.3', { forwarded: 'for=203.0.113.7;host="a, for=127.0.0.1"' }, '203.0.113.7'],
  [
    'both: what a proxy hands on unread is not believed',
    '10.1.2.3',
    { [XFF]: '203.0.113.7', forwarded: 'for=127.0.0.1' },
    '203.0.113.7',
  ],
]

for (const [what, peer, headers, expected] of ADDRESSES) {
  test(`the address behind ${what}`, () => assert.equal(senderOf(peer, headers).address, expected))
}

test('scheme and host are believed with the address, and not without', () => {
  const said = { [XFF]: '203.0.113.7', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'files.example.com' }
  const { isSecure, host, proxy } = senderOf('10.1.2.3', said)
  assert.deepEqual([isSecure, host, proxy], [true, 'files.example.com', 'trusted'])
  const stranger = senderOf('203.0.113.9', said)
  assert.deepEqual([stranger.isSecure, stranger.host, stranger.proxy], [false, 'inner:8080', 'unknown'])
  const forwarded = senderOf('10.1.2.3', { forwarded: 'for=203.0.113.7;proto=https;host="files.example.com:444"' })
  assert.deepEqual([forwarded.isSecure, forwarded.host], [true, 'files.example.com:444'])
})

test('nobody is trusted by default', () => {
  assert.equal(senderOf('127.0.0.1', { [XFF]: '203.0.113.7' }, []).address, '127.0.0.1')
  assert.equal(senderOf('127.0.0.1', { [XFF]: '203.0.113.7' }, []).proxy, 'unknown')
})

test('headers made to be slow are not', async () => {
  for (const attack of ['\\"'.repeat(16_000), '"'.repeat(30_000), ','.repeat(30_000), 'for='.repeat(8_000)]) {
    const took = await processorTimeOf(() => {
      senderOf('10.1.2.3', { forwarded: attack })
      senderOf('10.1.2.3', { [XFF]: attack })
    })
    assert.ok(took < 500, `${took.toFixed(0)} ms for ${attack.slice(0, 8)}`)
  }
})
