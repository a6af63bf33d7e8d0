/** The page on which a user chooses the location (or the whole agency) that a client gets access to. */
import type { Session } from '../../core/ports/accounts-catalog.ts'
import { publicIdOf } from '../../core/model/ids.ts'
import type { Client, Organization } from '../../core/model/model.ts'
import type { Answer, Call, Route } from '../../http/contracts.ts'
import { authorize } from '../../pages/authorization.ts'
import type { Tenant } from '../../pages/consent-page.ts'
import {
  challengeIn,
  mustBeRedirectUri,
  mustBeScopes,
  mustBeState,
  mustFindClient,
  invalidParameter,
  withQuery,
} from '../../pages/authorization-validation.ts'
import { TERMS } from './oauth-terms.ts'
import { scopeDescription } from './scope-descriptions.ts'

/** Maximum number of locations on the page. */
const MAX_LOCATIONS = 500

/** Under the SDK's path, and under the documented one. */
export const consentRoutes: readonly Route[] = ['/oauth/chooselocation', '/v2/oauth/chooselocation'].flatMap(
  (path): Route[] => [
    { method: 'GET', path, needs: 'nobody', operation: 'choose-location', answer: chooseLocation },
    { method: 'POST', path, needs: 'nobody', operation: 'log-in-and-choose-location', answer: chooseLocation },
  ],
)

export function isConsentPath(path: string): boolean {
  return /^(\/v2)?\/oauth\/chooselocation/.test(path)
}

export function companyIdOf(agency: string): string {
  return /^[0-9]{19}$/.test(agency) ? publicIdOf(agency) : agency
}

async function chooseLocation(call: Call): Promise<Answer> {
  const { query, services } = call
  const client = await mustFindClient(services.clients, query.get('client_id'), 'highlevel')
  const redirectUri = mustBeRedirectUri(query, client)
  if (query.get('response_type') !== 'code') throw invalidParameter('response_type', 'must be code.')
  if (!client.flows.includes('code'))
    throw invalidParameter('client_id', `names ${client.name}, which is not registered for codes.`)
  const scopes = mustBeScopes(query.get('scope'), client)
  const state = mustBeState(query)
  const challenge = challengeIn(query)
  const redirectBack = (values: readonly (readonly [string, string])[]) =>
    withQuery(redirectUri, state === null ? values : [...values, ['state', state]])
  return authorize(call, {
    ...{ client, redirectUri },
    scopes: scopes.map((name) => ({ name, meaning: scopeDescription(name) })),
    isOffline: true,
    denialUrl: redirectBack([['error', 'access_denied']]),
    tenants: async (session) => (await choicesOf(call, client, session)).map(({ context }) => context),
    async allow(session, chosen) {
      const choice = (await choicesOf(call, client, session)).find(({ context }) => context.id === chosen)
      if (choice === undefined) return null
      const given = { client, organization: choice.organization, user: session.account.id, scopes } as const
      const terms = { redirectUri, challenge, offline: true, lifetimeMs: TERMS.codeMs }
      return redirectBack([['code', await services.grants.code({ ...given, by: 'consent', session: null }, terms)]])
    },
  })
}

interface Choice {
  readonly context: Tenant
  /** Null: the agency itself. */
  readonly organization: Organization | null
}

/** A user's own location; for a user who may act for the agency, all its locations and the agency itself. */
async function choicesOf(call: Call, client: Client, { account, organization }: Session): Promise<readonly Choice[]> {
  if (organization.agency !== client.agency) return []
  if (account.reach !== 'agency') return [choiceOf(organization)]
  const all = await call.services.organizations.ofAgency(client.agency, MAX_LOCATIONS)
  const id = companyIdOf(client.agency)
  const agency = { context: { id, name: 'The whole agency', note: `company ${id}` }, organization: null }
  const others = all.filter(({ id }) => id !== organization.id)
  return [choiceOf(organization), ...others.map(choiceOf), agency]
}

function choiceOf(organization: Organization): Choice {
  const id = publicIdOf(organization.id)
  return { context: { id, name: organization.name, note: `location ${id}` }, organization }
}
