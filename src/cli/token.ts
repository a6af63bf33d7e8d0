import { BadSetting } from '../config/config.ts'
import type { ClientId, OrganizationId, Token, TokenId, TokenKind, UserId } from '../core/model/model.ts'
import { SCOPES } from '../core/model/scopes.ts'
import type { Administration } from '../server/administration.ts'
import { OPERATOR } from '../core/access/operator.ts'
import { mustActor, mustOrganization, operatorActor, withAdministration } from './administration.ts'
import { print, textOf, type Options } from './options.ts'

export function createToken(options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const agency = textOf(options, 'agency')
    const kind = textOf(options, 'kind') as TokenKind
    const isOperator = options['operator'] === true
    if ((isOperator && kind !== 'native') || (agency !== null && kind === 'native'))
      throw new BadSetting("--operator goes with --kind native, and --agency with a vendor's kind.")
    const isAbove = isOperator || agency !== null
    const organization = isAbove ? null : await mustOrganization(administration, options)
    const request = {
      kind,
      organization: organization?.id ?? null,
      agency: agency ?? organization?.agency ?? '',
      user: textOf(options, 'user') as UserId | null,
      client: null,
      label: textOf(options, 'label') ?? '',
      scopes: scopesOf(kind, textOf(options, 'scope')),
      expiresAt: expiryOf(textOf(options, 'expiresIn')),
    }
    const { token, secret } = await administration.access.create(OPERATOR, request, null)
    print(options, { ...shown(token), token: secret }, [
      `id     ${token.id}`,
      `token  ${secret}`,
      '',
      'Keep the token now: only its hash is stored, and it is not shown again.',
    ])
  })
}

export function listTokens(options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const tokens = await everyToken(administration, textOf(options, 'org') as OrganizationId | null)
    print(
      options,
      tokens.map(shown),
      tokens.map((token) =>
        [
          token.id,
          token.kind.padEnd(7),
          stateOf(token).padEnd(8),
          `used ${timeOf(token.lastUsedAt) ?? 'never'}`,
          token.label,
          token.scopes.join(','),
        ].join('  '),
      ),
    )
  })
}

const PAGE_SIZE = 500

async function everyToken(administration: Administration, organization: OrganizationId | null): Promise<Token[]> {
  const { access } = administration
  const actor = organization === null ? OPERATOR : await operatorActor(administration, organization)
  const list = organization === null ? access.listAll : access.list
  const all: Token[] = []
  for (;;) {
    const page = await list(actor, { before: all.at(-1)?.id ?? null, limit: PAGE_SIZE })
    all.push(...page)
    if (page.length < PAGE_SIZE) return all
  }
}

export function revokeToken(id: string, options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    await administration.access.revokeAny(OPERATOR, id as TokenId)
    print(options, { id, revoked: true }, [`revoked ${id}`])
  })
}

export function revokeClientTokens(options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const actor = await mustActor(administration, options)
    const client = (textOf(options, 'client') ?? '') as ClientId
    const withClient = options['withClient'] === true
    const revoked = await administration.access.revokeClient(actor, client, withClient)
    print(options, { client, revoked, withClient }, [`revoked ${String(revoked)} tokens of ${client}`])
  })
}

/** Native scopes are a closed list, so an unknown one is refused; a vendor's scopes are not checked. */
function scopesOf(kind: TokenKind, text: string | null): readonly string[] {
  const scopes = (text ?? '').split(/[\s,]+/).filter((scope) => scope !== '')
  if (kind !== 'native') {
    if (scopes.length > 0) return scopes
    throw new BadSetting(`--scope is missing; a token of the kind ${kind} needs the scopes of its vendor.`)
  }
  const unknown = scopes.find((scope) => !SCOPES.some((known) => known === scope))
  if (unknown === undefined) return scopes.length === 0 ? SCOPES : scopes
  throw new BadSetting(
    `--scope names ${unknown.slice(0, 40)}, which no native token has; known are ${SCOPES.join(', ')}.`,
  )
}

function expiryOf(seconds: string | null): number | null {
  if (seconds === null) return null
  if (!/^[1-9]\d{0,9}$/.test(seconds))
    throw new BadSetting(`--expires-in is "${seconds.slice(0, 40)}"; expected a whole number of seconds.`)
  return Date.now() + Number(seconds) * 1000
}

function stateOf(token: Token): string {
  if (token.revokedAt !== null) return 'revoked'
  return token.expiresAt !== null && token.expiresAt <= Date.now() ? 'expired' : 'good'
}

function shown(token: Token): object {
  const { id, kind, organization, agency, label, scopes } = token
  return {
    id,
    kind,
    organization,
    agency,
    label,
    scopes,
    state: stateOf(token),
    created: timeOf(token.createdAt),
    expires: timeOf(token.expiresAt),
    lastUsed: timeOf(token.lastUsedAt),
  }
}

function timeOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}
