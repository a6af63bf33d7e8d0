// Shared by the launchers in bin/. Written for Node 18 and newer and without dependencies:
// it runs before anything is installed, and on a Node that is too old for Dossier itself.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Name of the npm package that contains Node for this platform, if one is published. */
export const packagedName = `node-${process.platform}-${process.arch}`

/** True if this version runs .ts files unbuilt: 22.18 and newer, 23.6 and newer. */
export function isNewEnough(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

/** Path of the Node that runs Dossier; null if none is installed (install.mjs may install one). */
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

export function rejectNode() {
  const platform = `${process.platform}-${process.arch}`
  exitWith(
    `Dossier needs Node 22.18 or newer (this is ${process.versions.node}) and no packaged one fits this platform (${platform}). ` +
      'Install it from nodejs.org and run again.',
  )
}

/** Prints one sentence without a stack trace to stderr and exits. */
export function exitWith(sentence, status = 1) {
  process.stderr.write(`${sentence}\n`)
  process.exit(status)
}

/** Runs a program with this process's streams and forwards signals to it. Resolves to its exit status. */
export function run(command, args, { watch, ...options } = {}) {
  const child = spawn(command, args, { stdio: 'inherit', ...options })
  const stopForwarding = forwardSignals(child)
  watch?.(child)
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      stopForwarding()
      reject(error)
    })
    child.once('close', (code, signal) => {
      stopForwarding()
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

// One Ctrl+C reaches this process twice, from the terminal and from npm; forwarded twice it would mean "stop at once".
const duplicateMs = 1000

function forwardSignals(child) {
  const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    let forwardedAt = -Infinity
    const listener = () => {
      if (Date.now() - forwardedAt < duplicateMs) return
      forwardedAt = Date.now()
      child.kill(signal)
    }
    process.on(signal, listener)
    return { signal, listener }
  })
  return () => listeners.forEach(({ signal, listener }) => process.off(signal, listener))
}
