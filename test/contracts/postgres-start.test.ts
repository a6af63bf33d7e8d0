import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DatabaseRefused, startTrouble } from '../../src/catalog/postgres/start.ts'
import { CatalogUnreachable } from '../../src/catalog/postgres/errors.ts'

const URL = 'postgres://ada:secret-word@db.example.com/files'
const troubled = (code: string, message = 'no') => startTrouble(Object.assign(new Error(message), { code }), URL)

test('a password or a right that is missing is told with what to change, and no secret', () => {
  for (const [code, sentence] of [
    ['28P01', /does not take the password of user "ada"; correct it in databaseUrl/],
    ['42501', /User "ada" may not make tables in database "files"/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /certificate .* is not believed .*NODE_EXTRA_CA_CERTS/],
  ] as const) {
    const said = troubled(code, 'self-signed certificate')
    assert.ok(said instanceof DatabaseRefused)
    assert.match(said.message, sentence)
    assert.ok(!/secret-word|\n/.test(said.message))
  }
})

test('what passes by itself is no setting’s fault', () => {
  assert.ok(troubled('57P03') instanceof CatalogUnreachable)
  assert.ok(!(troubled('22001') instanceof DatabaseRefused))
})
