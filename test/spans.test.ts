import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createObserver } from '../src/telemetry/observer.ts'
import { createSpans } from '../src/telemetry/spans.ts'

test('without an SDK there are no spans, and no request is wrapped into anything', () => {
  assert.equal(createSpans(), null)
  assert.equal(createObserver({ accessLog: () => null, tally: null, spans: null }).around, null)
})
