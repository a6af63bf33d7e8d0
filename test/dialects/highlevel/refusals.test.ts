import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault, type FaultCode } from '../../../src/core/model/fault.ts'
import { refuse, secretOf } from '../../../src/dialects/highlevel/refusals.ts'
import type { IncomingHead } from '../../../src/http/contracts.ts'

function head(authorization?: string): IncomingHead {
  const headers = authorization === undefined ? {} : { authorization }
  const sender = { address: '127.0.0.1', proxy: 'none', isSecure: false, host: 'localhost' } as const
  return { id: 'the-id', method: 'GET', path: '/x', query: new URLSearchParams(), headers, ...sender }
}

/** About the request itself: its head is too large, its key was used before. */
const STATUSES: Readonly<Record<FaultCode, number>> = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 400,
  invalid_input: 400,
  too_large: 431,
  type_refused: 400,
  quota_exceeded: 507,
  conflict: 409,
  too_many: 429,
  aborted: 408,
  unavailable: 503,
  internal: 500,
}

for (const [code, status] of Object.entries(STATUSES)) {
  test(`${code} is answered ${String(status)} in HighLevel's shape`, () => {
    const answer = refuse(new Fault(code as FaultCode, 'request', 'A sentence.'), head())
    const json = answer.json as Record<string, unknown>
    assert.equal(answer.status, status)
    assert.deepEqual(Object.keys(json), ['statusCode', 'message', 'error', 'traceId'])
    assert.equal(json['statusCode'], status)
    assert.equal(typeof json['error'], 'string')
    assert.equal(json['traceId'], 'the-id')
  })
}

test('a file that is too large is 413, a name that is taken 400', () => {
  assert.equal(refuse(new Fault('too_large', 'file', 'A sentence.'), head()).status, 413)
  assert.equal(refuse(new Fault('conflict', 'field', 'A sentence.'), head()).status, 400)
})

test('a failure inside says nothing of what failed', () => {
  const answer = refuse(Fault.from(new Error('ENOENT /var/lib/secret')), head())
  assert.doesNotMatch(JSON.stringify(answer), /ENOENT|secret/)
})

test('the secret is a Bearer token, the space around it trimmed', () => {
  assert.equal(secretOf(head('Bearer  pit-1 ')), 'pit-1')
  assert.equal(secretOf(head('bearer abc')), 'abc')
  for (const wrong of [undefined, '', 'Bearer', 'Basic abc', 'Zoho-oauthtoken abc', 'Bearer a b'])
    assert.equal(secretOf(head(wrong)), null)
})
