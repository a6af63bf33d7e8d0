/** The catalog over a writer thread: what its file is prepared and read with, which takes a while to load. */
import type { Attach, Catalog } from '../../core/ports/catalog.ts'
import type { Log } from '../../core/ports/contracts.ts'
import { createCatalog } from '../catalog.ts'
import { migrate } from './migrate.ts'
import { mustNotBeFilled } from '../moving/marks.ts'
import type { longReads, writes } from '../operations/list.ts'
import { scriptOf } from './script.ts'
import { openSqlite } from './connection.ts'
import { startThread, type Thread } from './thread.ts'

/** Here and not on the writer thread, so that a refusal is thrown as what it is. */
export function prepare(file: string): void {
  const connection = openSqlite(file, 'write')
  try {
    migrate(connection, Date.now())
    connection.run(mustNotBeFilled(file))
  } finally {
    connection.close()
  }
}

export function assemble(
  file: string,
  writer: Pick<Thread<typeof writes>, 'call' | 'close'>,
  log: Log | undefined,
): Catalog {
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

function createLongReader(file: string, log: Log | undefined) {
  let thread: Promise<Thread<typeof longReads>> | null = null
  const forget = (error: Error) => {
    thread = null
    log?.error({ err: error }, 'the catalog’s reader thread died; the next long read starts another')
  }
  return {
    thread: () =>
      (thread ??= startThread<typeof longReads>({ script: scriptOf('reader-thread'), onDeath: forget }).open(file)),
    close: async () => (await thread)?.close(),
  }
}
