import { OPERATOR } from '../core/access/operator.ts'
import { closeSync, openSync } from 'node:fs'
import { openServer, type RunningServer } from '../server/server.ts'
import { readConfig, type Config } from '../config/config.ts'
import { flagsOf, type Options } from './options.ts'
import { removeServerFile, writeServerFile } from './remote/server-file.ts'

export async function serve(options: Options): Promise<void> {
  const config = readConfig(flagsOf(options))
  ignoreOutputErrors()
  let server: RunningServer | null = null
  // Installed before the server opens; a SIGHUP during opening is ignored, because the settings were just read.
  const closed = terminalClosed(() => server?.reload(() => readConfig(flagsOf(options))))
  server = await openServer(config)
  const stopped = Promise.race([stopSignal(), closed])
  const origin = await listenAndPublish(server, config)
  process.stdout.write(`Dossier serves ${config.data} at ${origin}\n`)
  if (await isEmpty(server)) {
    process.stdout.write(
      'There is no organization yet. Make one, and a token for it, also while this runs (in a checkout, dossier is bin/dossier.mjs):\n',
    )
    process.stdout.write(
      `  dossier org create --data '${config.data}' --name 'My company'\n  dossier token create --data '${config.data}' --kind zoho --scope ZohoCRM.modules.ALL\n`,
    )
  }
  await stopped
  await closeServer(server, config)
}

/** Returns false if the catalog is unavailable: its content is then unknown, and the server runs on. */
async function isEmpty({ services }: RunningServer): Promise<boolean> {
  const some = await services.organizations.list(OPERATOR, null, 1).catch(() => null)
  return some?.length === 0
}

/** Ignores errors of standard output: unlike other commands, a server runs on after its reader has closed the pipe. */
export function ignoreOutputErrors(): void {
  process.stdout.removeAllListeners('error').on('error', () => undefined)
}

/** Listens and writes the address into the data folder; closes the server on failure. Resolves to the public origin. */
export async function listenAndPublish(server: RunningServer, config: Config): Promise<string> {
  try {
    const port = await server.listen()
    const host = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host
    const scheme = config.tlsKey === null ? 'http' : 'https'
    const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${String(port)}`
    // With TLS, commands must use the public origin: the certificate is issued for that name.
    publishServerFile(server, config.data, config.tlsKey === null ? url : (config.origin ?? url))
    return config.origin ?? url
  } catch (error) {
    await server.close()
    throw error
  }
}

/** A failure is only logged: the server works without local commands, for example on a full disk. */
function publishServerFile(server: RunningServer, folder: string, url: string): void {
  try {
    writeServerFile(folder, { url, token: server.operator })
  } catch (error) {
    server.log.warn({ err: error }, 'server.json could not be written: commands on this data folder find no server')
  }
}

/** One Ctrl+C may arrive twice, from the terminal and from npm: only a later signal ends the process at once. */
const FORCED_STOP_AFTER_MS = 1_000

/** Resolves at the first stop signal. Must be called before the server announces its address. */
export function stopSignal(...more: readonly NodeJS.Signals[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', ...more] as const) process.on(signal, () => resolve())
  })
}

/** SIGHUP reloads the settings. Resolves when SIGHUP means that the controlling terminal was closed. */
function terminalClosed(reload: () => void): Promise<void> {
  const hadTerminal = hasTerminal()
  return new Promise((resolve) => {
    process.on('SIGHUP', () => {
      if (hadTerminal && !hasTerminal()) resolve()
      else reload()
    })
  })
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}

/** Stops gracefully; a later signal ends the process at once. */
export async function closeServer(server: RunningServer, config: Config): Promise<void> {
  removeServerFile(config.data)
  const timer = setTimeout(() => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
  }, FORCED_STOP_AFTER_MS)
  await server.close()
  clearTimeout(timer)
}
