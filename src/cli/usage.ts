import type { Organization, Usage } from '../client/client.ts'
import { sizeOf } from './findings.ts'
import { print, textOf, type Options } from './options.ts'
import { withServer, type Session } from './remote/session.ts'
import { linesOf } from './table.ts'

/** Usage of one organization by module; without --org, an operator gets all organizations. */
export function usage(options: Options): Promise<void> {
  return withServer(options, async (session) => {
    const isAll = textOf(options, 'org') === null && (await session.client.me()).organization === null
    await (isAll ? printAll(session, options) : printOne(session, options))
  })
}

async function printOne(session: Session, options: Options): Promise<void> {
  const counted = await (await session.organization()).usage()
  const { modules, unfiled, records, attachments, bytes, storedBytes } = counted
  const rows: Row[] = [
    ...modules.filter((one) => one.records + one.attachments > 0).map((one) => ({ ...one, name: one.module })),
    ...(unfiled.attachments === 0 ? [] : [{ ...unfiled, records: 0, name: '(no record)' }]),
    { records, attachments, bytes, name: 'all' },
  ]
  print(options, counted, [...tableOf('module', rows), `kept on disk: ${sizeOf(storedBytes)} (equal files once)`])
}

async function printAll({ client }: Session, options: Options): Promise<void> {
  const rows: (Row & { readonly id: string; readonly counted: Usage })[] = []
  for await (const { id, name } of client.organizations.list({ pageSize: 200 }) as AsyncIterable<Organization>) {
    const counted = await client.organization(id).usage()
    rows.push({ ...counted, id, name, counted })
  }
  const values = rows.map(({ id, name, counted }) => ({ id, name, ...counted }))
  print(options, values, tableOf('organization', rows))
}

interface Row {
  readonly name: string
  readonly records: number
  readonly attachments: number
  readonly bytes: number
}

function tableOf(title: string, rows: readonly Row[]): string[] {
  const number = (value: number) => value.toLocaleString('en')
  return linesOf(rows, [
    { title: 'records', value: ({ records }) => number(records), right: true },
    { title: 'attachments', value: ({ attachments }) => number(attachments), right: true },
    { title: 'size', value: ({ bytes }) => sizeOf(bytes), right: true },
    { title, value: ({ name }) => name },
  ])
}
