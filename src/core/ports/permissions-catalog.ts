/** The part of the catalog's contract that knows profiles, roles and what modules share. */
import type { GrantableAction } from '../model/actions.ts'
import type {
  ClientId,
  ModuleId,
  OrganizationId,
  Profile,
  ProfileId,
  ProfileRule,
  RecordId,
  Role,
  RoleId,
  Sharing,
  User,
  UserId,
} from '../model/model.ts'

export interface NewProfile {
  readonly id: ProfileId
  readonly organization: OrganizationId
  readonly name: string
  readonly rules: readonly ProfileRule[]
  readonly allowed: readonly GrantableAction[]
  readonly at: number
}

export interface ProfileChange {
  readonly rules: readonly ProfileRule[]
  /** Null: as it was. */
  readonly allowed: readonly GrantableAction[] | null
}

export interface NewRole {
  readonly id: RoleId
  readonly organization: OrganizationId
  readonly name: string
  readonly parent: RoleId | null
  readonly at: number
}

/** A user's new profile and role; null: none (an administrator; outside the hierarchy). Left out: unchanged. */
export interface Placing {
  readonly profile?: ProfileId | null
  readonly role?: RoleId | null
}

/** A user with status, profile and role. */
export interface Member extends User {
  readonly isActive: boolean
  readonly profile: { readonly id: ProfileId; readonly name: string } | null
  readonly role: { readonly id: RoleId; readonly name: string } | null
}

/** A user's relation to a record; `above`: the owner's role is below the user's. */
export interface RecordAccess {
  readonly module: ModuleId
  readonly sharing: Sharing
  readonly relation: 'owner' | 'above' | 'other'
}

export interface PermissionsCatalog {
  /**
   * Revokes the client's grants and tokens, and with `withClient` the client itself. Returns the number of access tokens
   * revoked; null if there is no such client.
   */
  revokeClientTokens(
    organization: OrganizationId,
    client: ClientId,
    withClient: boolean,
    at: number,
  ): Promise<number | null>
  /** Returns null if the organization has a profile of that name. */
  createProfile(profile: NewProfile): Promise<Profile | null>
  /** In order of id, at most 1,000. */
  profiles(organization: OrganizationId): Promise<readonly Profile[]>
  changeProfile(organization: OrganizationId, id: ProfileId, change: ProfileChange): Promise<Profile | null>
  /** `used`: somebody has it; nothing was removed. */
  removeProfile(organization: OrganizationId, id: ProfileId): Promise<'removed' | 'missing' | 'used'>

  createRole(role: NewRole): Promise<Role | 'taken' | 'no_parent'>
  /** In order of id, at most 1,000. */
  roles(organization: OrganizationId): Promise<readonly Role[]>
  /** `used`: a user has it, or another role is below it; nothing was removed. */
  removeRole(organization: OrganizationId, id: RoleId): Promise<'removed' | 'missing' | 'used'>

  placeUser(
    organization: OrganizationId,
    user: UserId,
    placing: Placing,
  ): Promise<'placed' | 'missing' | 'no_profile' | 'no_role'>
  /** Null when there is no such user. */
  member(organization: OrganizationId, user: UserId): Promise<Member | null>
  /** Of every user, in order of id, at most 1,000. */
  members(organization: OrganizationId): Promise<readonly Member[]>
  /** Returns false if there is no such module. */
  shareModule(organization: OrganizationId, module: ModuleId, sharing: Sharing): Promise<boolean>

  /** Returns null if the record does not exist. */
  recordAccess(organization: OrganizationId, user: UserId, record: RecordId): Promise<RecordAccess | null>
}
