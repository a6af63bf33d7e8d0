import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import type { Attach, Catalog } from '../core/catalog.ts'
import type { Log } from '../core/contracts.ts'
import type { Sheet } from '../core/tally.ts'
import { createCatalog } from './catalog.ts'
import { migrate } from './migrate.ts'
import { mustNotBeFilled } from './moving/marks.ts'
import type { longReads, writes } from './operations/list.ts'
import { scriptOf } from './script.ts'
import { openSqlite } from './sqlite-connection.ts'
import { connectThread, openThread, type Thread } from './thread.ts'

export interface SqliteOptions {
  /** The data folder; made when it is not there. The catalog is `catalog.db` in it. */
  readonly folder: string
  readonly log?: Log
  /** Where the writer thread counts its work; of `writerLayout`. */
  readonly sheet?: Sheet
}

export interface SqliteCatalog extends Catalog {
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
export async function openSqliteCatalog({ folder, log, sheet }: SqliteOptions): Promise<SqliteCatalog> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'catalog.db')
  prepare(file)
  const writer = await openThread<typeof writes>({
    script: scriptOf('writer-thread'),
    file,
    ...(sheet === undefined ? {} : { sheet }),
    onDeath: (error) => log?.error({ err: error }, 'the catalog’s writer thread died'),
  })
  return { ...assemble(file, writer, log), share: () => writer.share(), waiting: writer.waiting }
}

/** The catalog for another thread of the process that has it open: reads are its own, writes go to the one writer. */
export function connectSqliteCatalog({
  folder,
  log,
  writer,
}: SqliteOptions & { writer: MessagePort }): Omit<SqliteCatalog, 'share'> {
  const thread = connectThread<typeof writes>(writer)
  return { ...assemble(join(folder, 'catalog.db'), thread, log), waiting: thread.waiting }
}

function assemble(file: string, writer: Pick<Thread<typeof writes>, 'call' | 'close'>, log: Log | undefined): Catalog {
  const reader = openSqlite(file, 'read')
  const longReader = createLongReader(file, log)

  let closed: Promise<void> | null = null
  const mustBeOpen = () => {
    if (closed !== null) throw new Error('The catalog is closed.')
  }
  const close = async () => {
    await longReader.close()
    reader.close()
    // The last to close, so that nobody reads while it empties the log.
    await writer.close()
  }

  const catalog = createCatalog({
    async read(op) {
      mustBeOpen()
      return reader.run(op)
    },
    async write(name, ...args) {
      mustBeOpen()
      return writer.call(name, ...args)
    },
    async readLong(name, ...args) {
      mustBeOpen()
      return (await longReader.thread()).call(name, ...args)
    },
    close: () => (closed ??= close()),
  })
  return { ...catalog, attach: (input) => catalog.attach(compact(input)) }
}

/** A small file's bytes are a window on a larger buffer, all of which would be copied to the writer: too much of it is left behind. */
function compact(input: Attach): Attach {
  return {
    ...input,
    items: input.items.map((item) => {
      const { source } = item
      if (source.kind !== 'file' || source.bytes === null) return item
      const { byteLength, buffer } = source.bytes
      return byteLength < buffer.byteLength / 2
        ? { ...item, source: { ...source, bytes: new Uint8Array(source.bytes) } }
        : item
    }),
  }
}

/** Here and not on the writer thread, so that a refusal is thrown as what it is. */
function prepare(file: string): void {
  const connection = openSqlite(file, 'write')
  try {
    migrate(connection, Date.now())
    connection.run(mustNotBeFilled(file))
  } finally {
    connection.close()
  }
}

function createLongReader(file: string, log: Log | undefined) {
  let thread: Promise<Thread<typeof longReads>> | null = null
  const forget = (error: Error) => {
    thread = null
    log?.error({ err: error }, 'the catalog’s reader thread died; the next long read starts another')
  }
  return {
    thread: () => (thread ??= openThread({ script: scriptOf('reader-thread'), file, onDeath: forget })),
    close: async () => (await thread)?.close(),
  }
}
