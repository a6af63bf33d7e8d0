/** Time from the start of the launcher to the answer to the first upload. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openConnection } from './connection.ts'
import { serveDossier, type Dossier } from './dossier.ts'
import { scriptOf } from './peer.ts'
import { formOf, numbered } from './plan.ts'
import { compare, type Contender } from './side-by-side.ts'

const SIZE = 10_240

/** Returns false above one second. */
export async function measureStart(): Promise<boolean> {
  const dossier = await serveDossier()
  const folder = mkdtempSync(join(tmpdir(), 'bench-start-'))
  await dossier.pause()
  try {
    const contenders = [
      dossierFrom('Dossier', dossier, () => join(folder, 'warm')),
      dossierFrom('Dossier, the first time', dossier, () => mkdtempSync(join(folder, 'cold-'))),
      peerFrom('multer', folder),
      peerFrom('fastify', folder),
    ]
    const title = 'From process start to the first upload answered'
    const most = { Dossier: 1, 'Dossier, the first time': 1 }
    return await compare({ title, unit: 's', rounds: 7, contenders, less: true, most })
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await dossier.stop()
  }
}

/** `cache` returns the folder of Node's compile cache: empty on a new machine, full afterwards. */
function dossierFrom(name: string, dossier: Dossier, cache: () => string): Contender {
  const args = ['bin/dossier.mjs', 'serve', '--data', join(dossier.folder, 'data'), '--port', '0']
  return {
    name,
    measure: () => firstUpload(args, { NODE_COMPILE_CACHE: cache() }, dossier.plan(SIZE)),
  }
}

function peerFrom(name: 'multer' | 'fastify', folder: string): Contender {
  return { name, measure: () => firstUpload([scriptOf(name), folder], {}, formOf('/upload', SIZE)) }
}

/** Returns seconds. Uses the Node that runs npm, which may be older than the one that runs the product. */
async function firstUpload(args: string[], env: NodeJS.ProcessEnv, form: ReturnType<typeof formOf>): Promise<number> {
  const began = performance.now()
  const child = spawn(process.env['npm_node_execpath'] ?? process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const gone = once(child, 'exit')
  const [line] = (await Promise.race([once(child.stdout, 'data'), gone])) as [Buffer | number]
  const { socket, answer } = await openConnection(Number(/(\d+)\s*$/.exec(String(line))?.[1]))
  const answered = answer()
  socket.write(numbered(form.head + form.prefix, 0))
  socket.write(Buffer.alloc(form.size))
  socket.write(form.suffix)
  const status = await answered
  const seconds = (performance.now() - began) / 1000
  socket.destroy()
  child.kill('SIGTERM')
  await gone
  if (status !== 200) throw new Error(`The first upload was answered with ${String(status)}.`)
  return seconds
}
