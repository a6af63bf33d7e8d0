#!/usr/bin/env node
// Starts Dossier from a bare checkout: finds or installs Node and the dependencies, then runs src/main.ts.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findNode, exitWith, rejectNode, root, run } from './launcher.mjs'
import { install, locksPackagedNode } from './install.mjs'

// Checked before anything is downloaded.
if (findNode() === null && !locksPackagedNode()) rejectNode()
await install({ dev: false })

const main = [join(root, 'src', 'main.ts'), join(root, 'dist', 'main.js')].find(existsSync)
if (main === undefined) exitWith('Dossier is incomplete: neither src/main.ts nor dist/main.js is there.')
const node = findNode()
if (node === null) rejectNode()

// Chunks of uploads and downloads are short-lived: a small young generation frees them early, without a full collection.
const args = ['--max-semi-space-size=2', main, ...process.argv.slice(2)]
// Stripping types takes half of the start-up time and 30 MB; the compile cache beside the dependencies avoids repeating it.
const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'dossier'), ...process.env }

if (node === process.execPath && typeof process.execve === 'function' && process.platform !== 'win32') {
  // Replaces this process: no second process that holds memory and has to forward signals.
  process.execve(node, [node, ...args], env)
}
// The packaged Node may be installed and still fail to start (built for another libc).
process.exit(await run(node, args, { env }).catch(rejectNode))
