#!/usr/bin/env node
// `npm run bench`: installs what is missing, including the compared products in bench/, then measures with the Node that runs Dossier.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findNode, exitWith, rejectNode, root, run } from './launcher.mjs'
import { install, locksPackagedNode } from './install.mjs'

if (findNode() === null && !locksPackagedNode()) rejectNode()
await install({ dev: true })
const node = findNode()
if (node === null) rejectNode()

const bench = join(root, 'bench')
if (existsSync(join(bench, 'package.json')) && !existsSync(join(bench, 'node_modules'))) {
  const status = await run('npm', ['ci', '--ignore-scripts', '--silent', '--prefix', bench])
  if (status !== 0) exitWith('The peers of the benchmark could not be installed (npm ci in bench/).')
}
process.exit(await run(node, [join(bench, 'run.ts'), ...process.argv.slice(2)], { cwd: root }).catch(rejectNode))
