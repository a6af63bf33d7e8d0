import type { CrmRecord } from '../client/client.ts'
import { print, textOf, type Options } from './options.ts'
import { inOrganization } from './remote/session.ts'
import { Refusal } from './status.ts'
import { printable, printList, type Column } from './table.ts'

const COLUMNS: readonly Column<CrmRecord>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'created', value: ({ createdAt }) => createdAt.slice(0, 16).replace('T', ' ') },
  { title: 'title', value: ({ title }) => title },
]

export function createRecord(module: string, options: Options): Promise<void> {
  return inOrganization(options, async ({ records }) => {
    const record = await records.create(module, { properties: propertiesOf(options) })
    print(options, record, [`record  ${record.id}  ${printable(record.title)}`])
  })
}

export function listRecords(module: string, options: Options): Promise<void> {
  return inOrganization(options, ({ records }) => {
    const search = textOf(options, 'search')
    const list = records.list(module, { pageSize: 200, ...(search === null ? {} : { search }) })
    return printList(options, list, COLUMNS, typeof options['limit'] === 'number' ? options['limit'] : undefined)
  })
}

export function showRecord(id: string, options: Options): Promise<void> {
  return inOrganization(options, async ({ records }) => {
    const record = await records.get(id)
    const properties = Object.entries(record.properties).map(
      ([name, value]) => `${name}  ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    const head = [
      `record    ${record.id}  (${record.face})`,
      `module    ${record.module}`,
      `title     ${record.title}`,
      `created   ${record.createdAt}  ${record.createdBy.name}`,
      `modified  ${record.modifiedAt}  ${record.modifiedBy.name}`,
    ]
    print(options, record, [...head, ...(properties.length === 0 ? [] : ['', ...properties])].map(printable))
  })
}

export function removeRecords(ids: readonly string[], options: Options): Promise<void> {
  return inOrganization(options, async ({ records }) => {
    for (const id of ids) {
      await records.remove(id)
      print(options, { id, removed: true }, [`removed ${id}`])
    }
  })
}

/** `--set firstName=Ada` sets a text; `--set tags:=["a"]` sets JSON. */
function propertiesOf(options: Options): Record<string, never> {
  const given = Array.isArray(options['set']) ? (options['set'] as readonly string[]) : []
  return Object.fromEntries(given.map(propertyIn)) as Record<string, never>
}

function propertyIn(text: string): [string, unknown] {
  const [, name = '', operator, value = ''] = /^([^=:]+)(:?=)(.*)$/s.exec(text) ?? []
  if (name === '') throw new Refusal('usage', `--set is "${text.slice(0, 60)}"; expected name=value.`)
  if (operator === '=') return [name, value]
  try {
    return [name, JSON.parse(value)]
  } catch {
    throw new Refusal('usage', `--set ${name}:= is followed by no JSON: "${value.slice(0, 60)}".`)
  }
}
