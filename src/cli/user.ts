import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { Fault } from '../core/model/fault.ts'
import type { Account, OrganizationId, UserId } from '../core/model/model.ts'
import { mustActor, withAdministration } from './administration.ts'
import { print, textOf, type Options } from './options.ts'

export function createUser(options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const actor = await mustActor(administration, options)
    const user = { name: textOf(options, 'name') ?? '', email: textOf(options, 'email') ?? '' }
    const made = await administration.users.create(actor, user)
    print(options, shown(made), [`user  ${made.id}  ${made.name}`])
  })
}

export function listUsers(options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const users = await administration.users.list(await mustActor(administration, options))
    print(
      options,
      users.map(shown),
      users.map((user) => `${user.id}  ${user.status.padEnd(8)}  ${user.login ?? 'no login'}  ${user.name}`),
    )
  })
}

/** The password is read from standard input, or generated and shown once: command lines are visible to other users. */
export function setLogin(id: string, options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const actor = await mustActor(administration, options)
    const user = await administration.users.find(actor, id as UserId)
    const isGiven = options['passwordStdin'] === true
    const password = isGiven ? (await text(process.stdin)).replace(/\r?\n$/, '') : newPassword()
    const login = textOf(options, 'login') ?? user.login ?? user.email
    const reach = options['agencyWide'] === true ? 'agency' : user.reach
    await administration.users.setLogin(actor, user, login, password, reach)
    const made = isGiven ? {} : { password }
    const lines = [`login     ${login}`, ...(isGiven ? [] : [`password  ${password}`, '', 'It is not shown again.'])]
    print(options, { id, login, ...made }, lines)
  })
}

export function setUserStatus(id: string, options: Options): Promise<void> {
  return withAdministration(options, async (administration) => {
    const actor = await mustActor(administration, options)
    const user = await administration.users.find(actor, id as UserId)
    const status = textOf(options, 'status')
    if (status !== 'active' && status !== 'inactive')
      throw new Fault('invalid_input', 'login', 'The status must be active or inactive.')
    await administration.users.setStatus(actor, user, status)
    print(options, { id, status }, [`${user.name} is ${status}`])
  })
}

/** Four groups of letters and digits without look-alikes: 80 bits. */
export function newPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const all = [...randomBytes(64)]
    .filter((byte) => byte < letters.length * 8)
    .map((byte) => letters[byte % letters.length])
  return [0, 4, 8, 12].map((at) => all.slice(at, at + 4).join('')).join('-')
}

function shown({
  id,
  organization,
  name,
  email,
  login,
  status,
  reach,
}: Account & { organization: OrganizationId }): object {
  return { id, organization, name, email, login, status, reach }
}
