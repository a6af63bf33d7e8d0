/** Zoho's shapes: pure functions from the core model to the wire. */
import { publicIdOf } from '../../core/model/ids.ts'
import type { Attachment, CrmRecord, User } from '../../core/model/model.ts'
import type { Answer } from '../../http/contracts.ts'

/**
 * CRM answers end with one newline (recorded 2023). Ids are strings, because the SDKs would round numbers of this size.
 */
export function zohoJson(status: number, body: object): Answer {
  return { status, headers: { 'content-type': 'application/json;charset=UTF-8' }, text: `${JSON.stringify(body)}\n` }
}

export const nothing: Answer = { status: 204 }

/** `2021-05-05T05:33:33+00:00`: no milliseconds, never `Z`. */
export function zohoTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}+00:00`
}

export function userReference(user: User): { name: string; id: string } {
  return { name: user.name, id: user.id }
}

export function owner(user: User): { name: string; id: string; email: string } {
  return { name: user.name, id: user.id, email: user.email }
}

interface Written {
  readonly id: string
  readonly createdAt: number
  readonly modifiedAt: number
  readonly createdBy: User
  readonly modifiedBy: User
}

/** One item of `data` after a write, in the key order of the reference page. */
export function written(item: Written, message: string): object {
  return {
    code: 'SUCCESS',
    details: {
      Modified_Time: zohoTime(item.modifiedAt),
      Modified_By: userReference(item.modifiedBy),
      Created_Time: zohoTime(item.createdAt),
      id: item.id,
      Created_By: userReference(item.createdBy),
    },
    message,
    status: 'success',
  }
}

export function deleted(id: string): object {
  return { code: 'SUCCESS', details: { id }, message: 'record deleted', status: 'success' }
}

/** One item of `data` that failed; other items may have succeeded. */
export function failed(code: string, message: string, details: object): object {
  return { code, details, message, status: 'error' }
}

/** The error item for an unknown record. */
export function unknownRecord(id: string): object {
  return failed('INVALID_DATA', 'the id given seems to be invalid', { id })
}

/** One row of the list of attachments, with the keys of the v2 SDKs' model. */
export function attachmentRow(attachment: Attachment, record: CrmRecord, module: string): Record<string, unknown> {
  return {
    Owner: owner(attachment.createdBy),
    Modified_Time: zohoTime(attachment.modifiedAt),
    File_Name: attachment.name,
    Created_Time: zohoTime(attachment.createdAt),
    Size: String(attachment.size),
    Parent_Id: { name: record.title, id: record.id },
    $editable: true,
    $file_id: attachment.kind === 'link' ? null : publicIdOf(attachment.id),
    $type: attachment.kind === 'link' ? 'Link URL' : 'Attachment',
    $se_module: module,
    Modified_By: userReference(attachment.modifiedBy),
    $state: 'save',
    id: attachment.id,
    Created_By: userReference(attachment.createdBy),
    $link_url: attachment.url,
  }
}

interface Page {
  readonly page: number
  readonly perPage: number
}

/**
 * 204 for an empty page, as in v2; otherwise the rows (only the requested `fields`, and the id) with the page's `info`.
 */
export function listAnswer(
  rows: readonly Record<string, unknown>[],
  query: URLSearchParams,
  { page, perPage }: Page,
  more: boolean,
): Answer {
  if (rows.length === 0) return nothing
  const fields = (query.get('fields') ?? '')
    .split(',')
    .map((field) => field.trim())
    .filter((field) => field !== '')
  const data = fields.length === 0 ? rows : rows.map((row) => only(row, [...fields, 'id']))
  return zohoJson(200, { data, info: { per_page: perPage, count: rows.length, page, more_records: more } })
}

/**
 * Pages begin at 1 and have at most 200 rows. A value that is not a number becomes the default; one out of bounds, the
 * nearest bound.
 */
export function pageOf(query: URLSearchParams): Page {
  return { page: bounded(query.get('page'), 1, 10_000_000, 1), perPage: bounded(query.get('per_page'), 1, 200, 200) }
}

function bounded(text: string | null, least: number, most: number, otherwise: number): number {
  const value = Number.parseInt(text ?? '', 10)
  return Number.isNaN(value) ? otherwise : Math.min(Math.max(value, least), most)
}

function only(row: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([key]) => keys.includes(key)))
}
