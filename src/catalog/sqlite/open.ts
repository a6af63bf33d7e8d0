import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { Catalog } from '../../core/ports/catalog.ts'
import type { Log } from '../../core/ports/contracts.ts'
import type { MetricsBuffer } from '../../core/ports/metrics-buffer.ts'
import type { writes } from '../operations/list.ts'
import { scriptOf } from './script.ts'
import { connectThread, startThread } from './thread.ts'

interface SqliteOptions {
  /** The data folder; made when it is not there. The catalog is `catalog.db` in it. */
  readonly folder: string
  readonly log?: Log
  /** Where the writer thread counts its work; of `writerLayout`. */
  readonly buffer?: MetricsBuffer
}

interface SqliteCatalog extends Catalog {
  /** A way to this catalog's writer for `connectSqliteCatalog` on another thread; must be transferred. */
  share(): MessagePort
  /** Operations asked of the writer and not answered yet, by this thread. */
  readonly waiting: () => number
}

/**
 * The catalog in one file. Writes run on a thread that commits together whatever queued up during its last commit;
 * short reads run here, on a read-only connection; long ones on a thread that starts with the first of them.
 * Throws `CatalogTooNew` on a folder that a newer Dossier has been at.
 */
export async function openSqliteCatalog({ folder, log, buffer }: SqliteOptions): Promise<SqliteCatalog> {
  // Before anything else: both threads load at once what they need, each on a processor of its own.
  const started = startThread<typeof writes>({
    script: scriptOf('writer-thread'),
    ...(buffer === undefined ? {} : { buffer }),
    onDeath: (error) => log?.error({ err: error }, 'the catalog’s writer thread died'),
  })
  const file = join(folder, 'catalog.db')
  try {
    await mkdir(folder, { recursive: true })
    const { assemble, prepare } = await import('./catalog.ts')
    prepare(file)
    const writer = await started.open(file)
    return { ...assemble(file, writer, log), share: () => writer.share(), waiting: writer.waiting }
  } catch (error) {
    await started.abandon()
    throw error
  }
}

/** The catalog for another thread of the process that has it open: reads are its own, writes go to the one writer. */
export async function connectSqliteCatalog({
  folder,
  log,
  writer,
}: SqliteOptions & { writer: MessagePort }): Promise<Omit<SqliteCatalog, 'share'>> {
  const thread = connectThread<typeof writes>(writer)
  const { assemble } = await import('./catalog.ts')
  return { ...assemble(join(folder, 'catalog.db'), thread, log), waiting: thread.waiting }
}
