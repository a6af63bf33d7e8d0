/** Secrets come from the CSPRNG, are returned once and stored as SHA-256: the catalog's contents grant no access. */
import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Client, ClientId, Sha256, TokenKind } from './model.ts'

export function hashOf(secret: string): Sha256 {
  return hash('sha256', secret, 'hex') as Sha256
}

/** Compares in constant time, for any lengths. */
export function isSame(one: Sha256, other: Sha256): boolean {
  return timingSafeEqual(Buffer.from(hashOf(one)), Buffer.from(hashOf(other)))
}

/** An access token: `1000.<32 hex>.<32 hex>`, 64 hex, `pit-<uuid v4>` or `dossier_<43 base64url>`. */
export function newAccessSecret(kind: TokenKind): string {
  switch (kind) {
    case 'zoho':
      return zohoSecret()
    case 'highlevel':
      return hexOf(32)
    case 'private':
      return `pit-${randomUUID()}`
    case 'native':
      return `dossier_${newSessionSecret()}`
  }
}

/** A code or a refresh token. */
export function newGrantSecret(wire: Client['wire']): string {
  return wire === 'zoho' ? zohoSecret() : hexOf(32)
}

export function newClientId(wire: Client['wire']): ClientId {
  return (wire === 'zoho' ? `1000.${hexOf(15).toUpperCase()}` : `${hexOf(12)}-${hexOf(4)}`) as ClientId
}

export function newClientSecret(): string {
  return hexOf(24)
}

export function newSessionSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** CSRF token for the forms of a session (or of a visitor's cookie), derived from its secret and not revealing it. */
export function formTokenOf(secret: string): string {
  return hash('sha256', `form ${secret}`, 'base64url')
}

export function isFormToken(secret: string, given: string): boolean {
  return isSame(hashOf(formTokenOf(secret)), hashOf(given))
}

/** PKCE's S256 (RFC 7636, 4.2 and 4.6); null for a malformed verifier. */
export function challengeOf(verifier: string): string | null {
  return /^[A-Za-z0-9._~-]{43,128}$/.test(verifier) ? hash('sha256', verifier, 'base64url') : null
}

function zohoSecret(): string {
  return `1000.${hexOf(16)}.${hexOf(16)}`
}

function hexOf(bytes: number): string {
  return randomBytes(bytes).toString('hex')
}
