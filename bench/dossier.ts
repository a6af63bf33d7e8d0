/** Dossier as it is served, on demo data in a temporary folder, with everything it does in production. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { formOf, type Plan } from './plan.ts'

export interface Served {
  readonly name: string
  readonly pid: number
  readonly port: number
  /** An upload of `size` bytes as this server takes it. */
  plan(size: number): Pick<Plan, 'port' | 'head' | 'prefix' | 'suffix' | 'size'>
  stop(): Promise<void>
}

interface Credentials {
  readonly origin: string
  readonly zoho: { readonly leadId: string; readonly accessToken: string }
}

export async function serveDossier(...args: string[]): Promise<Served & { readonly credentials: Credentials }> {
  const folder = mkdtempSync(join(tmpdir(), 'dossier-bench-'))
  const file = join(folder, 'credentials.json')
  const command = [
    'bin/dossier.mjs',
    'demo',
    '--data',
    join(folder, 'data'),
    '--port',
    '0',
    '--no-limits',
    '--credentials',
    file,
    ...args,
  ]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] })
  const gone = once(child, 'exit')
  while (!existsSync(file) && child.exitCode === null) await wait(5)
  const credentials = JSON.parse(readFileSync(file, 'utf8')) as Credentials
  const port = Number(new URL(credentials.origin).port)
  const { zoho } = credentials
  return {
    name: 'Dossier',
    pid: child.pid ?? 0,
    port,
    credentials,
    plan: (size) => ({
      port,
      ...formOf(
        `/crm/v2/Leads/${zoho.leadId}/Attachments`,
        size,
        `Authorization: Zoho-oauthtoken ${zoho.accessToken}\r\n`,
      ),
    }),
    async stop() {
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Peak resident memory in bytes of a process and all that it started, from the kernel's own accounting. */
export function peakMemory(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + highWater(each), 0)
}

function highWater(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${String(pid)}/task`)
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((id) => id !== '')
      .map(Number),
  )
  return children.flatMap((child) => [child, ...childrenOf(child)])
}
