import type { Organization } from '../client/client.ts'
import { mustConfirm } from './confirmation.ts'
import { print, textOf, type Options } from './options.ts'
import { withServer } from './remote/session.ts'
import { printList } from './table.ts'

export function createOrganization(options: Options): Promise<void> {
  return withServer(options, async ({ client }) => {
    const agency = textOf(options, 'agency')
    const organization = await client.organizations.create({
      name: textOf(options, 'name') ?? '',
      ...(agency === null ? {} : { agency }),
      user: { name: textOf(options, 'user') ?? '', email: textOf(options, 'email') ?? '' },
    })
    print(options, shown(organization), linesOfOne(organization))
  })
}

export function listOrganizations(options: Options): Promise<void> {
  return withServer(options, async ({ client }) => {
    const list = client.organizations.list({ pageSize: 200 })
    if (options['json'] === true) print(options, (await list.all()).map(shown), [])
    else
      await printList(options, list, [
        { title: 'id', value: ({ id }) => id },
        { title: 'location', value: ({ face }) => face },
        { title: 'name', value: ({ name }) => name },
      ])
  })
}

export function showOrganization(id: string | undefined, options: Options): Promise<void> {
  return withServer(options, async (session) => {
    const asked = id === undefined ? await session.organization() : session.client.organization(id)
    const organization = await asked.get()
    const { name, createdAt } = organization
    const more = [`name          ${name}`, `created       ${createdAt}`]
    print(options, { ...shown(organization), ...organization }, [...linesOfOne(organization), ...more])
  })
}

export function removeOrganization(id: string, options: Options): Promise<void> {
  return withServer(options, async ({ client }) => {
    const { name } = await client.organization(id).get()
    await mustConfirm(options, `Remove the organization ${id} (${name}) with all its records and files?`)
    await client.organizations.remove(id)
    print(options, { id, removed: true }, [`removed ${id}`])
  })
}

function linesOfOne({ id, face, agency }: Organization): string[] {
  return [`organization  ${id}`, `location      ${face}`, `agency        ${agency}`]
}

/** `location` is the id of the same organization in HighLevel's API. */
function shown({ id, face, agency, name }: Organization): object {
  return { id, location: face, agency, name }
}
