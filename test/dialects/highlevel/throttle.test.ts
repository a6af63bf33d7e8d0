import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller, Organization } from '../../../src/core/model/model.ts'
import { createRateLimiter } from '../../../src/core/limits/rate-limiter.ts'
import { createLimitMemory } from '../../../src/core/limits/limit-memory.ts'
import { createThrottle } from '../../../src/dialects/highlevel/throttle.ts'

const DAY = 86_400_000
const limits = { max: 3, intervalMs: 1_000, daily: 5 }

function caller(client: string, organization = '1'): Caller {
  return { client, organization: { id: organization } as Organization, agency: '9' } as Caller
}

function throttleAt(time: { now: number }) {
  return createThrottle(
    () => limits,
    createRateLimiter(createLimitMemory(), () => time.now),
  )
}

test('the interval begins with its first call and opens again when it is over', () => {
  const time = { now: 10_500 }
  const throttle = throttleAt(time)
  for (let i = 0; i < 3; i++) assert.equal(throttle.count(caller('a')), null)
  time.now += 999
  assert.equal(throttle.count(caller('a'))?.code, 'too_many')
  time.now += 1
  assert.equal(throttle.count(caller('a')), null)
  assert.equal(throttle.headers(caller('a'))['x-ratelimit-remaining'], '2')
})

test('the day is counted besides, and says when it begins anew', () => {
  const time = { now: 0 }
  const throttle = throttleAt(time)
  for (let i = 0; i < 5; i++) {
    assert.equal(throttle.count(caller('a')), null)
    time.now += 1_000
  }
  assert.match(throttle.count(caller('a'))?.message ?? '', /in a day/)
  const headers = throttle.headers(caller('a'))
  assert.equal(headers['x-ratelimit-daily-remaining'], '0')
  assert.equal(headers['x-ratelimit-daily-reset'], String(DAY - 5_000))
  time.now = DAY
  assert.equal(throttle.count(caller('a')), null)
})

test('clients and locations count apart', () => {
  const throttle = throttleAt({ now: 0 })
  for (let i = 0; i < 3; i++) throttle.count(caller('a'))
  assert.equal(throttle.count(caller('a'))?.code, 'too_many')
  assert.equal(throttle.count(caller('b')), null)
  assert.equal(throttle.count(caller('a', '2')), null)
})

test('a refused call does not prolong the wait', () => {
  const time = { now: 0 }
  const throttle = throttleAt(time)
  for (let i = 0; i < 50; i++) throttle.count(caller('a'))
  time.now = 1_000
  assert.equal(throttle.count(caller('a')), null)
})

test('counters of more callers than can be remembered push the oldest out', () => {
  const throttle = throttleAt({ now: 0 })
  for (let i = 0; i < 3; i++) throttle.count(caller('first'))
  for (let i = 0; i < 30_000; i++) assert.equal(throttle.count(caller(String(i))), null)
  assert.equal(throttle.count(caller('first')), null)
})

test('without limits nothing is counted and nothing is said', () => {
  const throttle = createThrottle(() => null, createRateLimiter())
  for (let i = 0; i < 1_000; i++) assert.equal(throttle.count(caller('a')), null)
  assert.deepEqual(throttle.headers(caller('a')), {})
})
