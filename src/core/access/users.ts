/** Who belongs to an organization and may log in. */
import { ORGANIZATION, type Gate } from './authorize.ts'
import { createOperations, type Operation, type Requirement } from './operation.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { Passwords } from '../ports/contracts.ts'
import { Fault } from '../model/fault.ts'
import type { Account, UserId, UserStatus } from '../model/model.ts'

export const PASSWORD_LENGTH = { least: 8, most: 200 } as const
const MAX_LOGIN_LENGTH = 254

export interface Users {
  /** Fault: `not_found` about `organization`. */
  readonly create: Operation<[user: { name: string; email: string }], Account>
  /** In order of id, at most 1,000. */
  readonly list: Operation<[], readonly Account[]>
  /** Fault: `not_found` about `login`. */
  readonly find: Operation<[id: UserId], Account>
  /**
   * Sets under which name and password the user logs in; ends the user's sessions.
   * Faults: `invalid_input` about `login`, `conflict` when another user logs in under that name.
   */
  readonly setLogin: Operation<[user: Account, login: string, password: string, reach?: Account['reach']], void>
  /** An inactive user cannot log in, and everything that was given in their name ends. */
  readonly setStatus: Operation<[user: Account, status: UserStatus], void>
}

interface UsersParts {
  readonly catalog: Catalog
  readonly passwords: Passwords
  readonly access: { readonly invalidate: () => void }
  readonly gate: Gate
  readonly newId: () => string
  readonly now: () => number
}

const VIEW: Requirement = ['users.view', ORGANIZATION]
const MANAGE: Requirement = ['users.manage', ORGANIZATION]

export function createUsers({ catalog, passwords, access, gate, newId, now }: UsersParts): Users {
  const { operation } = createOperations(gate)
  return {
    create: operation(MANAGE, async ({ organization }, user) => {
      const made = await catalog.createUser({ id: newId() as UserId, organization, ...user })
      if (made === null) throw new Fault('not_found', 'organization', `There is no organization ${organization}.`)
      return made
    }),
    list: operation(VIEW, ({ organization }) => catalog.users(organization)),
    find: operation(VIEW, async ({ organization }, id) => {
      const found = await catalog.account(organization, id)
      if (found === null) throw new Fault('not_found', 'login', `There is no user ${id.slice(0, 40)}.`)
      return found
    }),
    setLogin: operation(MANAGE, async (_actor, user, login, password, reach = user.reach) => {
      const name = loginNameOf(login)
      mustBeLogin(name, password)
      const outcome = await catalog.setLogin(user, name, await passwords.hash(password), reach)
      if (outcome === 'taken')
        throw new Fault('conflict', 'login', `Another user logs in as ${name}; choose another name.`)
      if (outcome === 'missing') throw new Fault('not_found', 'login', `There is no user ${user.id}.`)
    }),
    setStatus: operation(MANAGE, async ({ organization }, { id }, status) => {
      await catalog.setUserStatus(organization, id, status, now())
      access.invalidate()
    }),
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
