// Every pair of files that TLS must not begin with, and why, in one sentence.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { BadCertificate, readCertificate } from '../../src/http/certificate.ts'
import { makeCertificate } from '../e2e/operation/certificates.ts'
import { missing, need } from '../support/require.ts'

const run = promisify(execFile)
const skip = missing('openssl')
const folder = mkdtempSync(join(tmpdir(), 'dossier-certificate-'))
after(() => {
  rmSync(folder, { recursive: true })
})

function day(offset: number): string {
  return `${new Date(Date.now() + offset * 86_400_000).toISOString().replace(/[-:T]|\..*/g, '')}Z`
}

test('a pair that fits is read, and says when its time is over', { skip }, async () => {
  need('openssl')
  const { key, cert } = await makeCertificate(folder, 'fitting')
  const { expiresAt } = readCertificate(key, cert)
  assert.ok(Math.abs(expiresAt - Date.now() - 2 * 86_400_000) < 60_000)
  assert.throws(() => readCertificate(key, cert, expiresAt + 1_000), /expired/)
})

test('a pair that does not is refused with one sentence', { skip }, async () => {
  need('openssl')
  const first = await makeCertificate(folder, 'first')
  const second = await makeCertificate(folder, 'second')
  const expired = await makeCertificate(folder, 'expired', [day(-9), day(-2)])
  const future = await makeCertificate(folder, 'future', [day(2), day(9)])
  const text = join(folder, 'text.pem')
  writeFileSync(text, 'no certificate')
  const locked = join(folder, 'locked.key')
  await run('openssl', ['pkey', '-in', first.key, '-aes256', '-passout', 'pass:secret', '-out', locked])
  const cases: readonly (readonly [key: string, cert: string, RegExp])[] = [
    [join(folder, 'none'), first.cert, /The key file .*none cannot be read: ENOENT/],
    [first.key, folder, /The certificate file .* cannot be read: EISDIR/],
    [first.key, text, /holds no certificate in PEM/],
    [text, first.cert, /holds no private key in PEM/],
    [locked, first.cert, /is encrypted; decrypt it/],
    [second.key, first.cert, /does not belong to the certificate .*CN=first/],
    [expired.key, expired.cert, /expired on .*; put a renewed one there/],
    [future.key, future.cert, /is valid only from .*; is the clock right/],
  ]
  for (const [key, cert, sentence] of cases)
    assert.throws(
      () => readCertificate(key, cert),
      (error) => error instanceof BadCertificate && sentence.test(error.message) && !error.message.includes('\n'),
    )
})
