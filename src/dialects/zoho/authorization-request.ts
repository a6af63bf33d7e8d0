/** The authorization request at `/oauth/v2/auth`. */
import type { Client } from '../../core/model/model.ts'
import type { Call } from '../../http/contracts.ts'
import {
  challengeIn,
  mustBeRedirectUri,
  mustBeScopes,
  mustBeState,
  mustFindClient,
  invalidParameter,
} from '../../pages/authorization-validation.ts'

export interface AuthorizationRequest {
  readonly client: Client
  readonly redirectUri: string
  readonly responseType: 'code' | 'token'
  readonly scopes: readonly string[]
  readonly state: string | null
  readonly isOffline: boolean
  /** `prompt=consent`: issues a refresh token even when one exists. */
  readonly isConsentForced: boolean
  readonly challenge: string | null
}

/**
 * Faults, none of which may be redirected to the client: `unauthenticated` about `client`, `invalid_input` about
 * `parameter`.
 */
export async function mustParseAuthorization({ query, services }: Call): Promise<AuthorizationRequest> {
  const client = await mustFindClient(services.clients, query.get('client_id'), 'zoho')
  const redirectUri = mustBeRedirectUri(query, client)
  const responseType = query.get('response_type')
  if (responseType !== 'code' && responseType !== 'token')
    throw invalidParameter('response_type', 'must be code or token.')
  if (!client.flows.includes(responseType === 'code' ? 'code' : 'implicit'))
    throw invalidParameter(
      'response_type',
      `may not be ${responseType} for ${client.name}; register the client for that flow.`,
    )
  return {
    ...{ client, redirectUri, responseType },
    scopes: mustBeScopes(query.get('scope'), client),
    state: mustBeState(query),
    isOffline: query.get('access_type')?.toLowerCase() === 'offline',
    isConsentForced: query.get('prompt')?.toLowerCase() === 'consent',
    challenge: challengeIn(query),
  }
}
