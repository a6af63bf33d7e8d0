/** Commands that look after a data folder, run as processes, and a folder to run them on. */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { digestOfBody, form } from '../support/files.ts'
import { root, type Server } from '../support/server.ts'
import { mustJson, type Tenant } from '../support/tenant.ts'

export interface FindingLine {
  readonly kind: string
  readonly key: string | null
  readonly organization: string | null
  readonly attachments: readonly string[]
  readonly expected: string
  readonly found: string
  readonly mended: boolean
}

export interface Outcome {
  readonly status: number | null
  readonly findings: readonly FindingLine[]
  /** The last line; empty when there was none. */
  readonly summary: Readonly<Record<string, unknown>>
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly outcome: Promise<Outcome>
}

const NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'dossier')

/** `dossier <words>`, under way; with --json where there is something to tell. */
export function start(...words: readonly string[]): Running {
  const main = join(root, 'src', 'main.ts')
  const child = spawn(process.execPath, [main, ...words, ...(words[0] === 'serve' ? [] : ['--json'])], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE },
  })
  const heard = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (heard.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (heard.err += text))
  const outcome = once(child, 'close').then(() => {
    const lines = heard.out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as object]))
    const isSummary = (line: object): line is { summary: Outcome['summary'] } => 'summary' in line
    return {
      status: child.exitCode,
      findings: lines.filter((line) => !isSummary(line)) as FindingLine[],
      summary: lines.find(isSummary)?.summary ?? {},
      stderr: heard.err,
    }
  })
  return { child, outcome }
}

export function command(...words: readonly string[]): Promise<Outcome> {
  return start(...words).outcome
}

/** It ran, and found nothing. */
export function mustBeWell(outcome: Outcome): Outcome {
  assert.deepEqual(outcome.findings, [], outcome.stderr)
  assert.equal(outcome.status, 0, outcome.stderr)
  return outcome
}

/** It could not run: one sentence and status 1. */
export function mustRefuseToRun({ status, stderr, findings }: Outcome, sentence: RegExp): void {
  assert.equal(status, 1, stderr)
  assert.deepEqual(findings, [])
  assert.match(stderr, sentence)
  assert.equal(stderr.trim().split('\n').length, 1, stderr)
}

/** A folder that goes with its test, made a copy of another if one is given. */
export function newFolder(t: { after(end: () => void): void }, like?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'dossier-recovery-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  if (like !== undefined) cpSync(like, folder, { recursive: true })
  return folder
}

/** Too large for the catalog: it lies in the blob store. */
export function large(size = 100_000): Buffer<ArrayBuffer> {
  return randomBytes(size)
}

export function small(): Buffer<ArrayBuffer> {
  return randomBytes(1_000)
}

interface Uploaded {
  readonly data: readonly { readonly details: { readonly id: string } }[]
}

/** Attaches one file to the tenant's lead; answers its id once that was acknowledged. */
export async function upload({ zoho, leadId }: Tenant, bytes: Buffer<ArrayBuffer>): Promise<string> {
  const body = form(['file', new File([bytes], 'a file.bin')])
  const { data } = await mustJson<Uploaded>(await zoho(`/Leads/${leadId}/Attachments`, body), 200)
  return data[0]?.details.id ?? ''
}

export async function removeUpload({ zoho, leadId }: Tenant, id: string): Promise<void> {
  await mustJson(await zoho(`/Leads/${leadId}/Attachments/${id}`, { method: 'DELETE' }), 200)
}

/** What a server that was started on a copy of the tenant's folder answers for this attachment. */
export async function hashAt(
  { origin }: Pick<Server, 'origin'>,
  { leadId, zohoToken }: Tenant,
  id: string,
): Promise<string> {
  const response = await fetch(`${origin}/crm/v2/Leads/${leadId}/Attachments/${id}`, {
    headers: { authorization: `Zoho-oauthtoken ${zohoToken}` },
  })
  const { sha256 } = await digestOfBody(response)
  return response.status === 200 ? sha256 : `status ${String(response.status)}`
}

/** Runs SQL on a folder's catalog, as nobody should. */
export function edit(folder: string, sql: string, ...values: unknown[]): unknown[] {
  const database = new Database(join(folder, 'catalog.db'))
  try {
    const statement = database.prepare<unknown[]>(sql)
    return statement.reader ? statement.all(...values) : [statement.run(...values)]
  } finally {
    database.close()
  }
}

/** The key under which an attachment's bytes lie. */
export function keyOf(folder: string, attachment: string): string {
  const [row] = edit(folder, 'select blob from attachment where id = ?', attachment) as { blob: string }[]
  assert.ok(row, 'no such attachment')
  return row.blob
}

export function pathOf(folder: string, key: string): string {
  return join(folder, 'blobs', key.slice(0, 2), key)
}

/** The keys of all files in the folder's blob store, in order. */
export function keysIn(folder: string): string[] {
  const names = readdirSync(join(folder, 'blobs'), { recursive: true, encoding: 'utf8' })
  return names.flatMap((name) => /\/([0-9a-f]{32})$/.exec(name)?.[1] ?? []).sort()
}
