/** How each dialect says that it cannot just now. */
import assert from 'node:assert/strict'
import { Refused, type Client } from './clients.ts'

export function mustRefuse(outcome: unknown, dialect: Client['dialect'], status: number): void {
  if (!(outcome instanceof Refused)) assert.fail(`not refused: ${JSON.stringify(outcome)} ${String(outcome)}`)
  assert.equal(outcome.status, status, outcome.body)
  const body = JSON.parse(outcome.body) as Record<string, unknown>
  if (dialect === 'zoho') {
    assert.deepEqual(Object.keys(body), ['code', 'details', 'message', 'status'])
    assert.equal(body['code'], status === 503 ? 'SERVICE_UNAVAILABLE' : 'INTERNAL_ERROR')
  } else {
    assert.deepEqual(Object.keys(body), ['statusCode', 'message', 'error', 'traceId'])
    assert.equal(body['error'], status === 503 ? 'Service Unavailable' : 'Internal Server Error')
  }
  if (status === 503) assert.match(outcome.headers.get('retry-after') ?? '', /^\d+$/)
  assert.match(outcome.headers.get('x-dossier-hint') ?? '', /\S/)
  assert.doesNotMatch(outcome.body, /catalog\.db|blobs|\/tmp/)
}
