#!/usr/bin/env node
// `npm run cluster`: installs what is missing, then starts, shows or stops a cluster on this machine.
import { join } from 'node:path'
import { findNode, rejectNode, root, run } from './launcher.mjs'
import { install, locksPackagedNode } from './install.mjs'

if (findNode() === null && !locksPackagedNode()) rejectNode()
await install({ dev: true })
const node = findNode()
if (node === null) rejectNode()

const command = join(root, 'deploy', 'cluster', 'command.ts')
process.exit(await run(node, [command, ...process.argv.slice(2)], { cwd: root }).catch(rejectNode))
