/**
 * The server of a local data folder: the one that runs, or else one of this process's own, for the time of one command.
 * Either way the command speaks the native API, as it would with a server far away.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../config/config.ts'
import { flagsOf, type Options } from '../options.ts'
import { Refusal } from '../status.ts'
import { readServerFile, type ServerFile } from './server-file.ts'

interface LocalServer extends ServerFile {
  close(): Promise<void>
}

/** How long a server that starts or ends just now is waited for. */
const PATIENCE_MS = 5_000
const LOOK_MS = 50

export async function openLocal(options: Options): Promise<LocalServer> {
  const config = readConfig(flagsOf(options))
  const { isServed } = await import('../../server/administration.ts')
  for (const until = Date.now() + PATIENCE_MS; ;) {
    // A folder without catalog and files is no server's own: whoever runs in it may have other stores.
    const isElsewhere = config.databaseUrl !== null && config.blobsUrl !== null
    const found = !isElsewhere && isServed(config.data) ? readServerFile(config.data) : null
    if (found !== null) return { ...found, close: () => Promise.resolve() }
    try {
      return await openOwn(config)
    } catch (error) {
      // Between its first and its last moment a server holds the folder and is not to be spoken to.
      if (!(error instanceof Error) || error.name !== 'FolderInUse') throw error
      if (Date.now() > until)
        throw new Refusal(
          'failed',
          `Another command works on ${config.data}; where dossier serve runs, many may at once.`,
        )
      await sleep(LOOK_MS)
    }
  }
}

async function openOwn(config: ReturnType<typeof readConfig>): Promise<LocalServer> {
  const { openServer } = await import('../../server/server.ts')
  const own = { host: '127.0.0.1', port: 0, origin: null, workers: 1, logLevel: 'error' }
  const server = await openServer({ ...config, ...own }, { runsMaintenance: false })
  try {
    const port = await server.listen()
    return { url: `http://127.0.0.1:${String(port)}`, token: server.operator, close: () => server.close() }
  } catch (error) {
    await server.close()
    throw error
  }
}
