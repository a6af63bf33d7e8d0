/** Everything that an actor may be allowed or denied. The lists are closed: `core/access/authorize.ts` decides each. */

/**
 * On records and files. A profile denies them module by module; for files that belong to no record its rules for every
 * module count. Roles and sharing narrow them record by record. A record's photo counts as a change of the record.
 */
export const DATA_ACTIONS = [
  'records.view',
  'records.create',
  'records.change',
  'records.delete',
  'attachments.view',
  'attachments.create',
  'attachments.change',
  'attachments.delete',
] as const

/** What every member of an organization may do there unless a rule of the profile for every module denies it. */
export const MEMBER_ACTIONS = ['users.view', 'shares.own', 'tokens.own'] as const

/** Administration that a profile may allow; administrators may do all of it. */
export const GRANTABLE_ACTIONS = [
  'organization.change',
  'usage.view',
  'modules.manage',
  'fields.manage',
  'shares.manage',
  'tokens.manage',
  'clients.manage',
] as const

/** Administration of users, profiles, roles and sharing: whoever may do it can become an administrator, so no profile allows it. */
export const ADMINISTRATOR_ACTIONS = ['users.manage'] as const

/** Above organizations: the operator alone. */
export const SERVER_ACTIONS = ['organizations.manage'] as const

export type DataAction = (typeof DATA_ACTIONS)[number]
type MemberAction = (typeof MEMBER_ACTIONS)[number]
export type GrantableAction = (typeof GRANTABLE_ACTIONS)[number]
export type AdministratorAction = (typeof ADMINISTRATOR_ACTIONS)[number]
export type ServerAction = (typeof SERVER_ACTIONS)[number]

/** What a rule of a profile can deny. */
export type DeniableAction = DataAction | MemberAction
export type Action = DeniableAction | GrantableAction | AdministratorAction | ServerAction

export const DENIABLE_ACTIONS: readonly DeniableAction[] = [...DATA_ACTIONS, ...MEMBER_ACTIONS]

export function isGrantable(action: Action): action is GrantableAction {
  return GRANTABLE_ACTIONS.some((one) => one === action)
}
