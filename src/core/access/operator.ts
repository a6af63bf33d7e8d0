/** The operator: a secret in the running server's data folder, which authenticates its readers and allows everything. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Actor } from './actor.ts'
import { OPERATOR_TOKEN, type Access } from './access.ts'
import { open } from './operation.ts'
import type { Caller, OrganizationId, TokenKind, UserId } from '../model/model.ts'

export interface Operator {
  readonly secret: string
  readonly scopes: readonly string[]
  /** What kind of token its secret counts as. */
  readonly kind: TokenKind
}

/** Never written to the catalog: valid only while the process runs. */
export function newOperatorSecret(): string {
  return `dossier_${randomBytes(32).toString('base64url')}`
}

/** Identifies the operator by its secret, all other callers by the catalog. */
export function withOperator(access: Access, { secret, scopes, kind }: Operator): Access {
  const expected = Buffer.from(secret)
  const caller: Caller = {
    token: OPERATOR_TOKEN,
    client: 'operator',
    grant: null,
    organization: null,
    agency: '',
    user: null,
    profile: null,
    scopes: new Set(scopes),
    expiresAt: null,
  }
  const isOperator = (given: string) =>
    given.length === secret.length && given.startsWith('dossier_') && isSame(Buffer.from(given), expected)
  return {
    ...access,
    identify: open('the secret is what proves the caller', (given, kinds) =>
      given !== null && kinds.includes(kind) && isOperator(given)
        ? Promise.resolve(caller)
        : access.identify(given, kinds),
    ),
  }
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** Whoever administers the data folder itself, or holds an operator's token, in one organization. */
export function operatorIn(organization: OrganizationId, user: UserId): Actor {
  return { organization, user, profile: null, isOperator: true, token: null }
}

/** An operator outside of any organization: may make and list them. */
export const OPERATOR: Actor = operatorIn('' as OrganizationId, '' as UserId)
