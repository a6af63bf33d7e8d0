import { Fault, type FaultSubject } from '../model/fault.ts'
import type { Sha256 } from '../model/model.ts'

/**
 * A SHA-256 as a client may write it: 64 hex characters, or base64, bare or as RFC 9530 has it (`sha-256=:<base64>:`,
 * which may be in a list with other algorithms). Returns null if the text contains no SHA-256.
 * Fault: `invalid_input` with the reason `digest` if it is malformed.
 */
export function sha256In(text: string, subject: FaultSubject, label: string): Sha256 | null {
  const listed = /(?:^|,)\s*sha-256=:([^:]*):/i.exec(text)
  if (listed === null && /^\s*[a-z0-9-]+=:/i.test(text)) return null
  const value = (listed?.[1] ?? text).trim()
  if (/^[0-9a-f]{64}$/i.test(value)) return value.toLowerCase() as Sha256
  if (/^[A-Za-z0-9+/]{43}=$/.test(value)) return Buffer.from(value, 'base64').toString('hex') as Sha256
  throw new Fault(
    'invalid_input',
    subject,
    `${label} is no SHA-256: expected 64 hex characters, or sha-256=:<base64>: as in RFC 9530.`,
    { reason: 'digest' },
  )
}

/** Fault: `invalid_input` with the reason `digest` if the received bytes do not match the announced checksum. */
export function mustMatch(expected: Sha256, found: Sha256, subject: FaultSubject, label: string): void {
  if (expected === found) return
  throw new Fault(
    'invalid_input',
    subject,
    `${label} arrived with SHA-256 ${found}, but ${expected} was announced: the bytes were changed on their way, or the checksum is of something else. Nothing was kept; send it again.`,
    { reason: 'digest' },
  )
}
