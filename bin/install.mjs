// Installs what is missing, once, quietly, and one launcher at a time.
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isNewEnough, leave, packagedName, root, run } from './ground.mjs'

/** Brings node_modules to what the lock says; with `dev` including what only tests and tools need. */
export async function install({ dev }) {
  if (isComplete(dev)) return
  const turn = await takeTurn()
  try {
    if (!isComplete(dev)) await npmCi(dev, turn)
  } finally {
    turn.end()
  }
}

/** True when installing would bring a Node for this platform. */
export function locksPackagedNode() {
  return `node_modules/${packagedName}` in (packagesOf('package-lock.json') ?? {})
}

// The two locks are compared by content: a checkout gives files any time it likes.
function isComplete(dev) {
  const wanted = packagesOf('package-lock.json')
  // A published package has no lock, and whoever installed it has installed the rest.
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

async function npmCi(dev, turn) {
  // `npm ci` begins by emptying node_modules: what a developer has there is put back.
  const hasDev = Object.values(packagesOf('node_modules/.package-lock.json') ?? {}).some((entry) => entry.dev)
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', dev || hasDev ? '--include=dev' : '--omit=dev']
  process.stderr.write('Installing what Dossier needs (once) ...\n')
  let said = ''
  const keep = (chunk) => (said = (said + chunk).slice(-20_000))
  const watch = (child) => {
    turn.share(child.pid)
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
  }
  const [command, before] = npm()
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32', watch }
  const status = await run(command, [...before, ...args], options).catch((error) => {
    turn.end()
    leave(`Dossier could not install what it needs: npm did not start (${error.code ?? error.message}).`)
  })
  if (status === 0) return
  turn.end()
  if (status > 128) process.exit(status)
  process.stderr.write(`${said.trimEnd().split('\n').slice(-15).join('\n')}\n`)
  leave(`Dossier could not install what it needs: npm ended with status ${status}; its last lines are above.`)
}

// Under `npm start` npm says where it lies; else the one on the PATH.
function npm() {
  const path = process.env.npm_execpath ?? ''
  return basename(path) === 'npm-cli.js' ? [process.execPath, [path]] : ['npm', []]
}

// Holds the ids of the launcher and its npm; the turn is free when both are gone. The name ends in .log for .gitignore's sake.
const turnFile = join(root, '.installing.log')
const longestInstallMs = 15 * 60_000

async function takeTurn() {
  for (;;) {
    try {
      writeFileSync(turnFile, `${process.pid}`, { flag: 'wx' })
      const share = (pid) => writeFileSync(turnFile, `${process.pid} ${pid}`)
      return { share, end: () => rmSync(turnFile, { force: true }) }
    } catch (error) {
      if (error.code !== 'EEXIST') leave(`Dossier could not install what it needs: ${error.message}.`)
    }
    if (isLeftOver()) clearLeftOver()
    else await sleep(200)
  }
}

function isLeftOver() {
  try {
    const { mtimeMs } = statSync(turnFile)
    const pids = readFileSync(turnFile, 'utf8').split(' ').map(Number).filter(Boolean)
    // Just made, its id not written yet.
    if (pids.length === 0) return Date.now() - mtimeMs > 5000
    return Date.now() - mtimeMs > longestInstallMs || !pids.some(isAlive)
  } catch {
    return false
  }
}

// Renamed before it is removed: of several that wait only one can rename it.
function clearLeftOver() {
  try {
    renameSync(turnFile, `${turnFile}.${process.pid}.log`)
    rmSync(`${turnFile}.${process.pid}.log`, { force: true })
  } catch {
    // Another one was faster.
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
