#!/usr/bin/env node
// Starts Dossier from a bare checkout: finds or installs what it needs, then hands over to src/main.ts.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findNode, isNewEnough, leave, refuseNode, root, run } from './ground.mjs'
import { install, locksPackagedNode } from './install.mjs'

// Asked before anything is downloaded.
if (findNode() === null && !locksPackagedNode()) refuseNode()
await install({ dev: false })

const main = [join(root, 'src', 'main.ts'), join(root, 'dist', 'main.js')].find(existsSync)
if (main === undefined) leave('Dossier is incomplete: neither src/main.ts nor dist/main.js is there.')

if (isNewEnough()) {
  await import(pathToFileURL(main).href)
} else {
  const node = findNode()
  if (node === null) refuseNode()
  // The packaged Node may be there and still not run (another libc).
  process.exit(await run(node, [main, ...process.argv.slice(2)]).catch(refuseNode))
}
