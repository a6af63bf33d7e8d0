import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createObserver } from '../../src/telemetry/observer.ts'
import { openSpans } from '../../src/telemetry/tracing.ts'

test('without an SDK there are no spans, and no request is wrapped into anything', async () => {
  assert.equal(await openSpans(), null)
  assert.equal(createObserver({ accessLog: () => null, metrics: null, spans: null }).wrap, null)
})
