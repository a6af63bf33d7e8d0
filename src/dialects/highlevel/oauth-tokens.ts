import { z } from 'zod'
import { Fault } from '../../core/model/fault.ts'
import type { GrantRequest, Issued } from '../../core/access/grants.ts'
import { publicIdOf, idOfPublicId } from '../../core/model/ids.ts'
import type { Client, Grant, Organization, OrganizationId } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { outsideLocation, outsideScope } from './faults.ts'
import { companyIdOf } from './oauth-consent.ts'
import { ACCESS_SECONDS, TERMS } from './oauth-terms.ts'
import { scope } from './scopes.ts'
import { mustBe } from './validation.ts'
import type { Wire } from './wire.ts'

export const tokenRoutes: readonly Route[] = [
  { method: 'POST', path: '/oauth/token', needs: 'nobody', operation: 'get-access-token', answer: issueTokens },
  {
    method: 'POST',
    path: '/oauth/locationToken',
    needs: scope('oauth.write'),
    operation: 'get-location-access-token',
    answer: issueLocationToken,
  },
]

const text = z.string().max(2_000)
const tokenBody = z.object({
  client_id: text.min(1),
  client_secret: text.min(1),
  grant_type: z.enum(['authorization_code', 'refresh_token', 'client_credentials']),
  code: text.optional(),
  refresh_token: text.optional(),
  redirect_uri: text.optional(),
  code_verifier: text.optional(),
  scope: text.optional(),
  user_type: z.enum(['Company', 'Location']).optional(),
})
type TokenBody = z.infer<typeof tokenBody>

const locationBody = z.object({ companyId: text.min(1), locationId: text.min(1) })

async function issueTokens(call: Call): Promise<Answer> {
  const body = mustBe(tokenBody, await bodyOf(call))
  const client = await call.services.clients.authenticate(body.client_id, body.client_secret)
  if (client.wire !== 'highlevel')
    throw new Fault('unauthenticated', 'client', 'This client is no HighLevel client.', { reason: 'unknown' })
  const issued = await issue(call, client, body)
  return { status: 200, headers: NO_STORE_HEADERS, json: { ...(await tokensWire(call, issued)), traceId: call.id } }
}

const NO_STORE_HEADERS = { 'cache-control': 'no-store', pragma: 'no-cache' }

function issue(call: Call, client: Client, body: TokenBody): Promise<Issued> {
  const { grants } = call.services
  const { code = '', redirect_uri: redirectUri = null, code_verifier: verifier = null } = body
  switch (body.grant_type) {
    case 'authorization_code':
      return grants.exchange(client, { code, redirectUri, verifier }, TERMS)
    case 'refresh_token':
      return grants.refresh(client, body.refresh_token ?? '', TERMS)
    case 'client_credentials':
      return issueToClient(call, client, body)
  }
}

/** Client credentials: a token for the client's own location, or for its agency. */
async function issueToClient({ services }: Call, client: Client, body: TokenBody): Promise<Issued> {
  if (!client.flows.includes('credentials'))
    throw new Fault('unauthenticated', 'client', `${client.name} is not registered for the flow credentials.`, {
      reason: 'unknown',
    })
  if (body.user_type === 'Company' && client.reach !== 'agency') throw outsideScope()
  const requested = (body.scope ?? '').split(/[\s,]+/).filter((name) => name !== '')
  const scopes = requested.filter((name) => client.scopes.length === 0 || client.scopes.includes(name))
  const organization = body.user_type === 'Company' ? null : await services.organizations.find(client.organization)
  const grant: GrantRequest = { client, organization, user: null, scopes, by: 'credentials', session: null }
  return services.grants.issue(grant, TERMS, false)
}

async function tokensWire(call: Call, { grant, access, refresh }: Issued): Promise<Wire> {
  const { organization, agency } = grant
  return {
    access_token: access,
    token_type: 'Bearer',
    expires_in: ACCESS_SECONDS,
    ...(refresh === null ? {} : { refresh_token: refresh }),
    scope: grant.scopes.join(' '),
    userType: organization === null ? 'Company' : 'Location',
    companyId: companyIdOf(agency),
    ...(organization === null ? { approvedLocations: await locationsOf(call, agency) } : {}),
    ...(organization === null ? {} : { locationId: publicIdOf(organization) }),
    userId: await userIdOf(call, grant),
    isBulkInstallation: organization === null,
  }
}

/** Maximum number of locations listed in the answer. */
const MAX_LOCATIONS = 500

async function locationsOf({ services }: Call, agency: string): Promise<readonly string[]> {
  return (await services.organizations.ofAgency(agency, MAX_LOCATIONS)).map(({ id }) => publicIdOf(id))
}

async function userIdOf({ services }: Call, { user, organization }: Grant): Promise<string> {
  const first = user === null && organization !== null ? await services.organizations.firstUser(organization) : null
  const id = user ?? first?.id
  return id === undefined ? '' : publicIdOf(id)
}

/** Exchanges an agency's token for one of a location of that agency. */
async function issueLocationToken(call: Call): Promise<Answer> {
  const { companyId, locationId } = mustBe(locationBody, await bodyOf(call))
  const { caller, services } = call
  if (caller.organization !== null) throw outsideScope()
  if (companyId !== companyIdOf(caller.agency)) throw outsideLocation()
  const location = await locationOf(call, locationId)
  const { access, token } = await services.grants.deriveToken(caller, location, TERMS)
  const first = await services.organizations.firstUser(location.id)
  const json = {
    access_token: access,
    token_type: 'Bearer',
    expires_in: ACCESS_SECONDS,
    scope: token.scopes.join(' '),
    locationId,
    userId: first === null ? '' : publicIdOf(first.id),
    traceId: call.id,
  }
  return { status: 201, headers: NO_STORE_HEADERS, json }
}

/** Throws the same fault for an unknown location and for another agency's, so that existence is not disclosed. */
async function locationOf({ services, caller }: Call, face: string): Promise<Organization> {
  const id = idOfPublicId(face) as OrganizationId | null
  const found = id === null ? null : await services.organizations.find(id).catch(nullWhenMissing)
  if (found === null || found.agency !== caller.agency) throw outsideLocation()
  return found
}

function nullWhenMissing(thrown: unknown): null {
  if (thrown instanceof Fault && thrown.code === 'not_found') return null
  throw thrown
}

/** A form, as documented; JSON is accepted as well. */
async function bodyOf(call: Call): Promise<unknown> {
  if (call.bodyKind === 'other') return call.json()
  return call.bodyKind === 'urlencoded' ? Object.fromEntries(await call.form()) : {}
}
