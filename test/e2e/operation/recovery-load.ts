/** Uploads to look after, and the proof that a backup holds them. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { until } from './data-folder.ts'
import { digestOf } from '../support/files.ts'
import { command, hashAt, large, mustBeWell, small, upload, type Running } from './recovery.ts'
import { startServer } from '../support/server.ts'
import type { Tenant } from '../support/tenant.ts'

/** Some large, some small. */
export async function uploadOne(
  tenant: Tenant,
  sizes: readonly (() => Buffer<ArrayBuffer>)[] = [large, large, small],
): Promise<[string, string]> {
  const make = sizes[Math.floor(Math.random() * sizes.length)] ?? large
  const bytes = make()
  return [await upload(tenant, bytes), (await digestOf([bytes])).sha256]
}

/** Ids and hashes of what was acknowledged. */
export async function uploadMany(
  tenant: Tenant,
  count: number,
  ...sizes: readonly (() => Buffer<ArrayBuffer>)[]
): Promise<Map<string, string>> {
  const made = new Map<string, string>()
  const lanes = Array.from({ length: 4 }, async (_, lane) => {
    for (let at = lane; at < count; at += 4)
      made.set(...(await uploadOne(tenant, sizes.length === 0 ? undefined : sizes)))
  })
  await Promise.all(lanes)
  return made
}

/** Restores a backup, has the doctor read all of it, and opens everything through a server. */
export async function mustHold(
  tenant: Tenant,
  from: string,
  into: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  mustBeWell(await command('restore', '--from', from, '--data', into))
  mustBeWell(await command('doctor', '--data', into, '--read-data'))
  const restored = await startServer({ folder: into })
  try {
    for (const [id, hash] of files) assert.equal(await hashAt(restored, tenant, id), hash)
  } finally {
    await restored.stop()
  }
}

/** Stops the process as soon as it has the catalog's copy and begins with the files; it ends with its test at the latest. */
export async function stopAmongFiles(t: TestContext, { child }: Running, to: string): Promise<void> {
  t.after(() => child.kill('SIGKILL'))
  await until(() => existsSync(join(to, 'catalog.next')) && existsSync(join(to, 'blobs')), 'no copy was begun', 30_000)
  child.kill('SIGSTOP')
  assert.equal(child.exitCode, null, 'it was over already')
}

export interface Counts {
  readonly copied: { readonly blobs: number }
  readonly kept: number
  readonly dropped: number
}

/** What a backup's last line counts. */
export function counts({ summary }: { summary: object }) {
  const { copied, kept, dropped } = summary as Counts
  return { copied: copied.blobs, kept, dropped }
}
