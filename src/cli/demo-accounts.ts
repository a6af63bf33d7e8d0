/** The demo's user login and OAuth clients, with initial refresh tokens. */
import type { Services } from '../core/services.ts'
import type { Client, Organization } from '../core/model/model.ts'
import { operatorActor } from './administration.ts'
import type { LoginPrefill } from '../core/access/sessions.ts'

/** Redirect URI of the vendor's browser sample, as in its reference page. */
export const REDIRECT_URI = 'http://127.0.0.1:5500/redirect.html'

interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
}

interface DemoScopes {
  readonly zoho: readonly string[]
  readonly highlevel: readonly string[]
}

export async function addAccounts(
  services: Services,
  organization: Organization,
  login: LoginPrefill,
  scopes: DemoScopes,
): Promise<{ zoho: ClientCredentials; highlevel: ClientCredentials }> {
  const actor = await operatorActor(services, organization.id)
  const [user] = await services.users.list(actor)
  if (user === undefined) throw new Error(`organization ${organization.id} has no user`)
  await services.users.setLogin(actor, user, login.login, login.password, 'agency')
  return {
    zoho: await addClient(services, organization, { name: 'Browser sample', wire: 'zoho' }, scopes.zoho),
    highlevel: await addClient(services, organization, { name: 'Contact files', wire: 'highlevel' }, scopes.highlevel),
  }
}

/** Returns the refresh token if it is still valid, else a new one: some dialects rotate refresh tokens on use. */
export async function validRefreshToken(
  services: Services,
  { clientId, refreshToken }: ClientCredentials,
  scopes: readonly string[],
): Promise<string> {
  if (await services.grants.isValidRefreshToken(refreshToken)) return refreshToken
  const client = await services.clients.find(clientId)
  return client === null ? refreshToken : newRefreshToken(services, client, scopes)
}

async function addClient(
  services: Services,
  organization: Organization,
  kind: Pick<Client, 'name' | 'wire'>,
  scopes: readonly string[],
): Promise<ClientCredentials> {
  const actor = await operatorActor(services, organization.id)
  const request = {
    ...kind,
    flows: ['code', 'implicit', 'credentials', 'self'] as const,
    scopes: [],
    redirectUris: [REDIRECT_URI],
  }
  const { client, secret } = await services.clients.create(actor, request, null)
  return { clientId: client.id, clientSecret: secret, refreshToken: await newRefreshToken(services, client, scopes) }
}

async function newRefreshToken(services: Services, client: Client, scopes: readonly string[]): Promise<string> {
  const organization = await services.organizations.find(client.organization)
  return services.grants.refreshToken({ client, organization, user: null, scopes, by: 'command', session: null })
}
