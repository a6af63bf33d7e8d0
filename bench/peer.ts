import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunningServer } from './dossier.ts'
import { formOf, rawOf } from './plan.ts'

export type PeerName = 'multer' | 'fastify' | 'tus' | 'nginx'

/** The upload request that each peer expects. */
const PLANS = {
  multer: (size: number) => formOf('/upload', size),
  fastify: (size: number) => formOf('/upload', size),
  tus: (size: number) =>
    rawOf(
      'POST',
      '/files',
      size,
      `Tus-Resumable: 1.0.0\r\nUpload-Length: ${String(size)}\r\nContent-Type: application/offset+octet-stream\r\n`,
    ),
  nginx: (size: number) => rawOf('PUT', '/scan-{n}.bin', size),
}

/** Whether the peer is installed on this machine. */
export function isInstalled(name: PeerName): boolean {
  return name !== 'nginx' || spawnSync('nginx', ['-v']).status === 0
}

export function scriptOf(name: PeerName): string {
  return fileURLToPath(new URL(`./peers/${name}.mjs`, import.meta.url))
}

/** Starts a peer in a separate process, on an empty folder; it neither flushes nor hashes nor keeps a catalog. */
export async function servePeer(name: PeerName): Promise<RunningServer & { readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), `bench-${name}-`))
  const child = spawn(process.execPath, [scriptOf(name), folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  return {
    name,
    folder,
    pid: child.pid ?? 0,
    port,
    plan: (size) => ({ port, ...PLANS[name](size) }),
    async stop() {
      child.kill('SIGTERM')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
