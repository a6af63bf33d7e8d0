// Installs missing dependencies once, without npm's output, and by one launcher at a time.
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isNewEnough, exitWith, packagedName, root, run } from './launcher.mjs'

/** Makes node_modules match package-lock.json; `dev` includes the development dependencies. */
export async function install({ dev }) {
  if (isComplete(dev)) return
  const lock = await acquireLock()
  try {
    if (!isComplete(dev)) await npmCi(dev, lock)
  } finally {
    lock.release()
  }
}

/** True if the lock file contains a Node for this platform. */
export function locksPackagedNode() {
  return `node_modules/${packagedName}` in (packagesOf('package-lock.json') ?? {})
}

// The two lock files are compared by content: modification times after a checkout are arbitrary.
function isComplete(dev) {
  const wanted = packagesOf('package-lock.json')
  // A published package has no lock file; its dependencies were installed together with it.
  if (wanted === null) return true
  const present = packagesOf('node_modules/.package-lock.json') ?? {}
  return Object.entries(wanted).every(([path, { version, integrity, ...kind }]) => {
    if (path === '' || !isNeeded(path, kind, dev)) return true
    const found = present[path]
    return found?.version === version && found.integrity === integrity && existsSync(join(root, path, 'package.json'))
  })
}

function isNeeded(path, { dev: isDev, optional, devOptional }, dev) {
  if (path === `node_modules/${packagedName}`) return !isNewEnough()
  return !optional && !devOptional && (dev || !isDev)
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages ?? {}
  } catch {
    return null
  }
}

async function npmCi(dev, lock) {
  // `npm ci` empties node_modules first: development dependencies that are present are installed again.
  const hasDev = Object.values(packagesOf('node_modules/.package-lock.json') ?? {}).some((entry) => entry.dev)
  // Warnings are about the Node that runs npm, which need not be the one that runs Dossier (launcher.mjs).
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  const args = ['ci', '--ignore-scripts', ...quiet, dev || hasDev ? '--include=dev' : '--omit=dev']
  process.stderr.write('Installing what Dossier needs (once) ...\n')
  let output = ''
  const keep = (chunk) => (output = (output + chunk).slice(-20_000))
  const watch = (child) => {
    lock.addPid(child.pid)
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
  }
  const [command, npmArgs] = npm()
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32', watch }
  const status = await run(command, [...npmArgs, ...args], options).catch((error) => {
    lock.release()
    exitWith(`Dossier could not install what it needs: npm did not start (${error.code ?? error.message}).`)
  })
  if (status === 0) return
  lock.release()
  if (status > 128) process.exit(status)
  process.stderr.write(`${output.trimEnd().split('\n').slice(-15).join('\n')}\n`)
  exitWith(`Dossier could not install what it needs: npm ended with status ${status}; its last lines are above.`)
}

// Under `npm start` npm states its own path; otherwise the npm on the PATH is used.
function npm() {
  const path = process.env.npm_execpath ?? ''
  return basename(path) === 'npm-cli.js' ? [process.execPath, [path]] : ['npm', []]
}

// Contains the process ids of the launcher and its npm; the lock is stale once both have ended. .gitignore covers *.log.
const lockFile = join(root, '.installing.log')
const maxInstallMs = 15 * 60_000

async function acquireLock() {
  for (;;) {
    try {
      writeFileSync(lockFile, `${process.pid}`, { flag: 'wx' })
      const addPid = (pid) => writeFileSync(lockFile, `${process.pid} ${pid}`)
      return { addPid, release: () => rmSync(lockFile, { force: true }) }
    } catch (error) {
      if (error.code !== 'EEXIST') exitWith(`Dossier could not install what it needs: ${error.message}.`)
    }
    if (isStale()) removeStaleLock()
    else await sleep(200)
  }
}

function isStale() {
  try {
    const { mtimeMs } = statSync(lockFile)
    const pids = readFileSync(lockFile, 'utf8').split(' ').map(Number).filter(Boolean)
    // Just created: the process id may not be written yet.
    if (pids.length === 0) return Date.now() - mtimeMs > 5000
    return Date.now() - mtimeMs > maxInstallMs || !pids.some(isAlive)
  } catch {
    return false
  }
}

// Renamed before it is removed: of several waiting processes only one can rename it.
function removeStaleLock() {
  try {
    renameSync(lockFile, `${lockFile}.${process.pid}.log`)
    rmSync(`${lockFile}.${process.pid}.log`, { force: true })
  } catch {
    // Another process removed it first.
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
