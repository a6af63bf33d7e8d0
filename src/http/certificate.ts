/** The TLS certificate and its key, validated before the server uses them. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'

export interface Certificate {
  /** PEM. */
  readonly key: string
  /** PEM; the server's own certificate first, then the intermediate ones. */
  readonly chain: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** TLS cannot be used; the message names the file, what is wrong with it and what is expected. */
export class BadCertificate extends Error {
  override readonly name = 'BadCertificate'
}

/** Throws BadCertificate for files that are unreadable, not PEM, do not match each other, are not yet valid or have expired. */
export function readCertificate(keyFile: string, chainFile: string, now = Date.now()): Certificate {
  const key = fileOf(keyFile, 'key')
  const chain = fileOf(chainFile, 'certificate')
  const certificate = certificateIn(chain, chainFile)
  if (!certificate.checkPrivateKey(privateKeyIn(key, keyFile)))
    throw new BadCertificate(
      `The key ${keyFile} does not belong to the certificate ${chainFile} (of ${subjectOf(certificate)}); the first certificate in the file must be the server's own.`,
    )
  const expiresAt = mustBeValidAt(certificate, chainFile, now)
  try {
    createSecureContext({ key, cert: chain })
  } catch (error) {
    throw new BadCertificate(`The certificate ${chainFile} cannot be used for TLS: ${messageOf(error)}.`)
  }
  return { key, chain, expiresAt }
}

function fileOf(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new BadCertificate(`The ${what} file ${path} cannot be read: ${messageOf(error)}.`)
  }
}

function certificateIn(chain: string, path: string): X509Certificate {
  try {
    return new X509Certificate(chain)
  } catch {
    throw new BadCertificate(
      `The certificate file ${path} holds no certificate in PEM (text that begins with -----BEGIN CERTIFICATE-----).`,
    )
  }
}

function privateKeyIn(key: string, path: string): KeyObject {
  try {
    return createPrivateKey(key)
  } catch (error) {
    const problem = /passphrase|interrupted|bad decrypt/i.test(messageOf(error))
      ? 'is encrypted; decrypt it (openssl pkey -in ... -out ...), a server has nobody to ask for the passphrase'
      : 'holds no private key in PEM (text that begins with -----BEGIN PRIVATE KEY-----)'
    throw new BadCertificate(`The key file ${path} ${problem}.`)
  }
}

function mustBeValidAt(certificate: X509Certificate, path: string, now: number): number {
  const from = certificate.validFromDate.getTime()
  const to = certificate.validToDate.getTime()
  if (now > to)
    throw new BadCertificate(
      `The certificate ${path} (of ${subjectOf(certificate)}) expired on ${certificate.validTo}; put a renewed one there.`,
    )
  if (now < from)
    throw new BadCertificate(
      `The certificate ${path} (of ${subjectOf(certificate)}) is valid only from ${certificate.validFrom}; is the clock right?`,
    )
  return to
}

function subjectOf({ subject }: X509Certificate): string {
  return (subject || 'no name').replaceAll('\n', ', ').slice(0, 100)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
}
