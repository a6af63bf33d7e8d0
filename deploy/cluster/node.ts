/** One node, restarted when it ends by itself, as by a service manager. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

export interface NodeOptions {
  readonly port: number
  /** The node's own folder, for data that nodes do not share. */
  readonly data: string
  readonly log: string
  readonly env: Readonly<Record<string, string>>
}

export interface ClusterNode {
  readonly origin: string
  readonly pid: () => number
  stop(): Promise<void>
}

const root = join(import.meta.dirname, '..', '..')
const RESTART_DELAY_MS = 1_000

/** Resolves when the node is ready; rejects if it ends before. */
export async function startNode({ port, data, log, env }: NodeOptions): Promise<ClusterNode> {
  const origin = `http://127.0.0.1:${String(port)}`
  const out = openSync(log, 'a')
  const args = [join(root, 'bin', 'dossier.mjs'), 'serve', '--data', data, '--port', String(port)]
  let isStopping = false
  let isReady = false

  const launch = (): ChildProcess => {
    const proxies = ['--trusted-proxies', '127.0.0.1', '--access-log', 'off']
    const started = spawn(process.execPath, [...args, ...proxies], {
      stdio: ['ignore', out, out],
      env: { ...process.env, ...env },
    })
    started.once('exit', () => {
      if (!isStopping && isReady)
        setTimeout(() => (isStopping ? undefined : (child = launch())), RESTART_DELAY_MS).unref()
    })
    return started
  }
  let child = launch()

  while (!(await isAnswering(origin))) {
    if (child.exitCode !== null)
      throw new Error(`A node could not be started on port ${String(port)}; ${log} says why.`)
    await wait(50)
  }
  isReady = true
  return {
    origin,
    pid: () => child.pid ?? 0,
    async stop() {
      isStopping = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}

async function isAnswering(origin: string): Promise<boolean> {
  return fetch(`${origin}/api/v1/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
}
