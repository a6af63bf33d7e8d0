#!/usr/bin/env node
// Starts Dossier from a bare checkout: finds or installs what it needs, then hands over to src/main.ts.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findNode, leave, refuseNode, root, run } from './ground.mjs'
import { install, locksPackagedNode } from './install.mjs'

// Asked before anything is downloaded.
if (findNode() === null && !locksPackagedNode()) refuseNode()
await install({ dev: false })

const main = [join(root, 'src', 'main.ts'), join(root, 'dist', 'main.js')].find(existsSync)
if (main === undefined) leave('Dossier is incomplete: neither src/main.ts nor dist/main.js is there.')
const node = findNode()
if (node === null) refuseNode()

// A file's chunks die young: in a small nursery they are found dead soon, before V8 looks through the whole heap for them.
const args = ['--max-semi-space-size=2', main, ...process.argv.slice(2)]
// Stripping types takes half the time of a start and 30 MB; done once, it is remembered beside the dependencies.
const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'dossier'), ...process.env }

if (node === process.execPath && typeof process.execve === 'function' && process.platform !== 'win32') {
  // In this process's place: one process less to hold memory and to hand on signals.
  process.execve(node, [node, ...args], env)
}
// The packaged Node may be there and still not run (another libc).
process.exit(await run(node, args, { env }).catch(refuseNode))
