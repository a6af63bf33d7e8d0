import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './tools.ts'

const START_MS = 60_000

/** Installs the tarball into an empty project and starts `npx dossier demo` there, on a free port of loopback. */
export async function serveFaults(tarball: string, project: string): Promise<readonly string[]> {
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "private": true }\n')
  npm(['install', '--ignore-scripts', tarball], project)
  const words = ['--no-install', 'dossier', 'demo', '--port', '0', '--data', join(project, 'demo')]
  // A group of its own: npx starts a shell, and that the launcher; all of them get the signal.
  const child = spawn('npx', words, { cwd: project, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  try {
    return await askedWhetherReady(child)
  } finally {
    await end(child)
  }
}

async function askedWhetherReady(child: ChildProcess): Promise<readonly string[]> {
  const said = await untilItSays(child, /http:\/\/127\.0\.0\.1:\d+/)
  const [origin] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? []
  if (origin === undefined) return [`\`npx dossier demo\` did not say where it serves. It said: ${said.trim()}`]
  const { ok, status } = await fetch(`${origin}/api/v1/ready`)
  return ok ? [] : [`\`npx dossier demo\` serves, and /api/v1/ready answers ${String(status)}.`]
}

function untilItSays(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let said = ''
    const timer = setTimeout(() => resolve(said), START_MS)
    const finish = () => {
      clearTimeout(timer)
      resolve(said)
    }
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      if (pattern.test(said)) finish()
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('error', finish).once('close', finish)
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  process.kill(-child.pid, 'SIGTERM')
  await closed
}
