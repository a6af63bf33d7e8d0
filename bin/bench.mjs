#!/usr/bin/env node
// `npm run bench`: installs what is missing, the peers in bench/ included, then measures with the Node that runs the product.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findNode, leave, refuseNode, root, run } from './ground.mjs'
import { install, locksPackagedNode } from './install.mjs'

if (findNode() === null && !locksPackagedNode()) refuseNode()
await install({ dev: true })
const node = findNode()
if (node === null) refuseNode()

const bench = join(root, 'bench')
if (existsSync(join(bench, 'package.json')) && !existsSync(join(bench, 'node_modules'))) {
  const status = await run('npm', ['ci', '--silent', '--prefix', bench])
  if (status !== 0) leave('The peers of the benchmark could not be installed (npm ci in bench/).')
}
process.exit(await run(node, [join(bench, 'run.ts'), ...process.argv.slice(2)], { cwd: root }).catch(refuseNode))
