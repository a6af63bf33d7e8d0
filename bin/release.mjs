#!/usr/bin/env node
// `npm run package` and `npm run release:check`: installs what is missing, then makes the package, or a release of it that is tried.
import { join } from 'node:path'
import { findNode, rejectNode, root, run } from './launcher.mjs'
import { install, locksPackagedNode } from './install.mjs'

if (findNode() === null && !locksPackagedNode()) rejectNode()
await install({ dev: true })
const node = findNode()
if (node === null) rejectNode()

const command = join(root, 'packaging', 'command.ts')
process.exit(await run(node, [command, ...process.argv.slice(2)], { cwd: root }).catch(rejectNode))
