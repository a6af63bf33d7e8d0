import type { Field } from '../client/client.ts'
import { print, textOf, type Options } from './options.ts'
import { inOrganization } from './remote/session.ts'
import { printable, printList, type Column } from './table.ts'

const COLUMNS: readonly Column<Field>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'type', value: ({ type }) => type },
  { title: 'key', value: ({ key }) => key },
  { title: 'name', value: ({ name }) => name },
]

export function createField(module: string, options: Options): Promise<void> {
  return inOrganization(options, async ({ fields }) => {
    const key = textOf(options, 'key')
    const accept = textOf(options, 'accept')
    const maxFiles = options['maxFiles']
    const field = await fields.create(module, {
      name: textOf(options, 'name') ?? '',
      type: textOf(options, 'type') ?? 'file',
      ...(key === null ? {} : { key }),
      ...(accept === null
        ? {}
        : {
            acceptedTypes: accept
              .toLowerCase()
              .split(/[\s,.]+/)
              .filter((one) => one !== ''),
          }),
      ...(typeof maxFiles === 'number' ? { maxFiles } : {}),
    })
    print(options, field, [`field  ${field.id}  ${field.key}`])
  })
}

export function listFields(module: string, options: Options): Promise<void> {
  return inOrganization(options, ({ fields }) => printList(options, fields.list(module, { pageSize: 200 }), COLUMNS))
}

export function showField(id: string, options: Options): Promise<void> {
  return inOrganization(options, async ({ fields }) => {
    const field = await fields.get(id)
    const lines = [
      `field    ${field.id}  (${field.face})`,
      `module   ${field.module}`,
      `name     ${field.name}`,
      `key      ${field.key}`,
      `type     ${field.type}`,
      `accepts  ${field.acceptedTypes.length === 0 ? 'any type' : field.acceptedTypes.join(', ')}, ${String(field.maxFiles)} files at a time`,
    ]
    print(options, field, lines.map(printable))
  })
}

export function removeField(id: string, options: Options): Promise<void> {
  return inOrganization(options, async ({ fields }) => {
    await fields.remove(id)
    print(options, { id, removed: true }, [`removed ${id}`])
  })
}
