/** Who acts: a caller within one organization, as the services need it. */
import { Fault } from '../model/fault.ts'
import type { Caller, OrganizationId, Profile, TokenId, UserId } from '../model/model.ts'

/** A caller within one organization, as the services need it. */
export interface Actor {
  readonly organization: OrganizationId
  readonly user: UserId
  /** Null: an administrator, who may do everything. */
  readonly profile: Profile | null
  /** Acts above organizations: the operator's token, or a command on the data folder itself. */
  readonly isOperator?: boolean
  /** What it acts by; null: no token of the catalog. */
  readonly token: TokenId | null
}

/** Fault: `forbidden` about `organization` for an agency's token, which belongs to no organization. */
export function actorOf(caller: Caller): Actor {
  if (caller.organization === null || caller.user === null) {
    throw new Fault(
      'forbidden',
      'organization',
      'This token belongs to an agency, not to one organization; use a token of the organization itself.',
    )
  }
  const { organization, user, profile, token } = caller
  return { organization: organization.id, user: user.id, profile, token }
}
