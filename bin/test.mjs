#!/usr/bin/env node
// `npm test`: installs what is missing, then runs the tests with the Node that runs Dossier.
// Arguments after `--` select tests: files, folders, patterns, and options of `node --test`.
import { existsSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { findNode, rejectNode, root, run } from './launcher.mjs'
import { install, locksPackagedNode } from './install.mjs'

if (findNode() === null && !locksPackagedNode()) rejectNode()
await install({ dev: true })
const node = findNode()
if (node === null) rejectNode()

const inFolder = (folder) => `${folder.replace(/\/+$/, '')}/**/*.test.ts`
const isFolder = (path) => existsSync(join(root, path)) && statSync(join(root, path)).isDirectory()
const isChoice = (argument) => /[*?]/.test(argument) || existsSync(join(root, argument))

const given = process.argv.slice(2).map((argument) => (isFolder(argument) ? inFolder(argument) : argument))
// Node takes for its own options only what stands before the first file.
const files = given.filter((argument) => !argument.startsWith('-') && isChoice(argument))
const flags = given.filter((argument) => !files.includes(argument))
const options = [
  '--test',
  ...(given.some((argument) => argument.startsWith('--test-reporter')) ? [] : ['--test-reporter=spec']),
  // Many tests start their own server or browser: more test files at a time than cores only slows them down.
  `--test-concurrency=${Math.min(4, Math.max(2, availableParallelism()))}`,
  '--test-timeout=180000',
]
// The compile cache is shared: types are stripped once, not in the process of each test file.
const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'dossier'), ...process.env }
const chosen = files.length > 0 ? files : [inFolder('test')]
const status = await run(node, [...options, ...flags, ...chosen], { cwd: root, env }).catch(rejectNode)
process.exit(status)
