/** A Dossier server on demo data in a temporary folder, with everything it does in production. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { formOf, type Plan } from './plan.ts'

export interface RunningServer {
  readonly name: string
  readonly pid: number
  readonly port: number
  /** An upload request of `size` bytes for this server. */
  plan(size: number): Pick<Plan, 'port' | 'head' | 'prefix' | 'suffix' | 'size'>
  stop(): Promise<void>
}

export interface Dossier extends RunningServer {
  readonly folder: string
  /** Id of the lead that receives the uploads. */
  readonly lead: string
  /** Path of its attachments. */
  readonly target: string
  /** The authorization as header lines. */
  readonly headers: string
  /** Uploads a file; returns path and headers of its download. */
  store(size: number): Promise<{ path: string; headers: string }>
  /** Ends the process; the folder stays until `stop`. */
  pause(): Promise<void>
}

interface Credentials {
  readonly origin: string
  readonly zoho: { readonly leadId: string; readonly accessToken: string }
}

/** `folder`: data of an earlier demo; it is not removed by `stop`. */
export async function serveDossier(options: { folder?: string; name?: string } = {}): Promise<Dossier> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'dossier-bench-'))
  const file = join(folder, 'credentials.json')
  rmSync(file, { force: true })
  const more = ['--data', join(folder, 'data'), '--port', '0', '--no-limits', '--credentials', file]
  const child = spawn(process.execPath, ['bin/dossier.mjs', 'demo', ...more], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const gone = once(child, 'exit')
  while (!existsSync(file)) {
    if (child.exitCode !== null) throw new Error(`Dossier ended with ${String(child.exitCode)} before it listened.`)
    await wait(5)
  }
  const { origin, zoho } = JSON.parse(readFileSync(file, 'utf8')) as Credentials
  const port = Number(new URL(origin).port)
  const headers = `Authorization: Zoho-oauthtoken ${zoho.accessToken}\r\n`
  const target = `/crm/v2/Leads/${zoho.leadId}/Attachments`
  const pause = async () => {
    child.kill('SIGTERM')
    await gone
  }
  return {
    name: options.name ?? 'Dossier',
    folder,
    pid: child.pid ?? 0,
    port,
    lead: zoho.leadId,
    target,
    headers,
    plan: (size) => ({ port, ...formOf(target, size, headers) }),
    async store(size) {
      const body = new FormData()
      body.set('file', new Blob([new Uint8Array(size).fill(120)]), 'stored.bin')
      const authorization = `Zoho-oauthtoken ${zoho.accessToken}`
      const response = await fetch(origin + target, { method: 'POST', body, headers: { authorization } })
      const { data } = (await response.json()) as { data: { details: { id: string } }[] }
      return { path: `${target}/${data[0]?.details.id ?? ''}`, headers }
    },
    pause,
    async stop() {
      await pause()
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}
