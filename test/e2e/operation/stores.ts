/**
 * Where servers under test keep things: in their folders, or, when a test names engines in DOSSIER_TEST_ENGINES, each in a
 * database and under a prefix of its own, so that any test runs there unchanged.
 */
import { createHash } from 'node:crypto'

export interface NamedEngines {
  /** Of a database in which others can be made. */
  readonly postgres: string
  readonly bucket: string
  /** Settings that all servers have in common. */
  readonly env: Readonly<Record<string, string>>
}

const known = new Map<string, Promise<Readonly<Record<string, string>>>>()

/** The settings of a server, and of commands beside it, on this data folder. */
export async function storesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const named = process.env['DOSSIER_TEST_ENGINES']
  if (named === undefined) return {}
  const present = known.get(folder) ?? storesOn(JSON.parse(named) as NamedEngines, folder)
  known.set(folder, present)
  return present
}

async function storesOn({ postgres, bucket, env }: NamedEngines, folder: string) {
  const { withClient } = await import('../../../engines/postgres.ts')
  const name = `of_${createHash('sha256').update(folder).digest('hex').slice(0, 24)}`
  await withClient(postgres, (client) => client.query(`create database ${name}`))
  const url = new URL(postgres)
  url.pathname = `/${name}`
  return { ...env, DOSSIER_DATABASE_URL: url.href, DOSSIER_BLOBS_URL: `s3://${bucket}/${name}` }
}
