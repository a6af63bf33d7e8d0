// What both launchers stand on. Like them it is written for Node 18 and up, without any dependency:
// it runs before anything is installed, and on a Node that could not run the product itself.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The npm package that carries a Node for this platform, where there is one. */
export const packagedName = `node-${process.platform}-${process.arch}`

/** True where .ts files run unbuilt: 22.18, 23.6 and everything after. */
export function isNewEnough(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

/** Path of the Node that runs the product, or null when there is none (or none yet: see install.mjs). */
export function findNode() {
  if (isNewEnough()) return process.execPath
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(`${packagedName}/package.json`)
    const node = join(dirname(manifest), 'bin', 'node')
    return existsSync(node) ? node : null
  } catch {
    return null
  }
}

export function refuseNode() {
  const platform = `${process.platform}-${process.arch}`
  leave(
    `Dossier needs Node 22.18 or newer (this is ${process.versions.node}) and no packaged one fits this platform (${platform}). ` +
      'Install it from nodejs.org and run again.',
  )
}

/** One line and out: whoever starts a program wants a sentence, not a stack. */
export function leave(sentence, status = 1) {
  process.stderr.write(`${sentence}\n`)
  process.exit(status)
}

/** Runs a program in this one's place: same streams, same signals. Resolves to the exit status. */
export function run(command, args, { watch, ...options } = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options })
  const letGo = handOnSignals(child)
  watch?.(child)
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      letGo()
      reject(error)
    })
    child.once('close', (code, signal) => {
      letGo()
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

// One Ctrl+C reaches this process from the terminal and again from npm; handed on twice it would read as "stop at once".
const repeatMs = 1000

function handOnSignals(child) {
  const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    let handedOn = -Infinity
    const listener = () => {
      if (Date.now() - handedOn < repeatMs) return
      handedOn = Date.now()
      child.kill(signal)
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return () => listeners.forEach(({ signal, listener }) => process.off(signal, listener))
}
