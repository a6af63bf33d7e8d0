/** The users of an organization and their logins. */
import type { Access } from './access.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { Passwords } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import type { Account, OrganizationId, UserId, UserStatus } from '../model/model.ts'

export const PASSWORD_LENGTH = { least: 8, most: 200 } as const
const MAX_LOGIN_LENGTH = 254

export interface Users {
  /** Fault: `not_found` about `organization`. */
  create(organization: OrganizationId, user: { name: string; email: string }): Promise<Account>
  /** In order of id, at most 1,000. */
  list(organization: OrganizationId): Promise<readonly Account[]>
  /** Fault: `not_found` about `login`. */
  find(organization: OrganizationId, id: UserId): Promise<Account>
  /**
   * Sets login name and password and ends the user's sessions.
   * Faults: `invalid_input` about `login`, `conflict` if another user has that login.
   */
  setLogin(user: Account, login: string, password: string, reach?: Account['reach']): Promise<void>
  /** An inactive user cannot log in; their sessions, grants and tokens end. */
  setStatus(user: Account, status: UserStatus): Promise<void>
}

export function createUsers(
  catalog: Catalog,
  passwords: Passwords,
  access: Pick<Access, 'invalidate'>,
  newId: () => string,
  now: () => number,
): Users {
  return {
    async create(organization, user) {
      const made = await catalog.createUser({ id: newId() as UserId, organization, ...user })
      if (made === null) throw new Fault('not_found', 'organization', `There is no organization ${organization}.`)
      return made
    },
    list: (organization) => catalog.users(organization),
    async find(organization, id) {
      const found = await catalog.account(organization, id)
      if (found === null) throw new Fault('not_found', 'login', `There is no user ${id.slice(0, 40)}.`)
      return found
    },
    async setLogin(user, login, password, reach = user.reach) {
      const name = loginNameOf(login)
      mustBeLogin(name, password)
      const outcome = await catalog.setLogin(user, name, await passwords.hash(password), reach)
      if (outcome === 'taken')
        throw new Fault('conflict', 'login', `Another user logs in as ${name}; choose another name.`)
      if (outcome === 'missing') throw new Fault('not_found', 'login', `There is no user ${user.id}.`)
    },
    async setStatus(user, status) {
      await catalog.setUserStatus(user.organization, user.id, status, now())
      access.invalidate()
    },
  }
}

/** The normalized form in which a login is stored and compared. */
export function loginNameOf(login: string): string {
  return login.normalize('NFC').trim().toLowerCase()
}

function mustBeLogin(name: string, password: string): void {
  if (!/^[^\s@]+@[^\s@]+$/.test(name) || name.length > MAX_LOGIN_LENGTH)
    throw new Fault(
      'invalid_input',
      'login',
      `"${name.slice(0, 80)}" is no e-mail address, and people log in with one.`,
    )
  const { least, most } = PASSWORD_LENGTH
  if (password.length < least || password.length > most)
    throw new Fault(
      'invalid_input',
      'login',
      `The password has ${String(password.length)} characters; it must have ${String(least)} to ${String(most)}.`,
    )
}
