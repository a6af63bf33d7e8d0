import type { Module } from '../client/client.ts'
import { mustConfirm } from './confirmation.ts'
import { print, textOf, type Options } from './options.ts'
import { inOrganization } from './remote/session.ts'
import { printList, type Column } from './table.ts'

const COLUMNS: readonly Column<Module>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'records', value: ({ records }) => String(records), right: true },
  { title: 'name', value: ({ name }) => name },
]

export function createModule(name: string, options: Options): Promise<void> {
  return inOrganization(options, async ({ id: organization, modules }) => {
    const [singular, plural] = [textOf(options, 'singular'), textOf(options, 'plural')]
    const module = await modules.create({
      name,
      ...(singular === null ? {} : { singular }),
      ...(plural === null ? {} : { plural }),
    })
    print(options, { ...module, organization }, [`module  ${module.id}  ${module.name}`])
  })
}

export function listModules(options: Options): Promise<void> {
  return inOrganization(options, ({ modules }) => printList(options, modules.list({ pageSize: 200 }), COLUMNS))
}

export function showModule(name: string, options: Options): Promise<void> {
  return inOrganization(options, async ({ modules }) => {
    const module = await modules.get(name)
    const { id, singular, plural, custom, records } = module
    print(options, module, [
      `module   ${id}  ${module.name}${custom ? '' : '  (standard)'}`,
      `called   ${singular}, ${plural}`,
      `records  ${String(records)}`,
    ])
  })
}

export function removeModule(name: string, options: Options): Promise<void> {
  return inOrganization(options, async ({ modules }) => {
    const { records } = await modules.get(name)
    await mustConfirm(options, `Remove the module ${name} with its ${String(records)} records and their files?`)
    await modules.remove(name)
    print(options, { name, removed: true }, [`removed ${name}`])
  })
}
