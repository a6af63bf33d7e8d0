import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'

// Whatever this process writes, customers' files above all, is for its own user alone.
process.umask(0o077)
// Stripping types takes half the time of a start and 30 MB; done once, it is remembered beside the dependencies.
enableCompileCache(join(import.meta.dirname, '..', 'node_modules', '.cache', 'dossier'))
// A file's chunks die young. A nursery that does not grow is emptied often, and their memory comes back soon.
setFlagsFromString('--semi-space-growth-factor=1')

const { runCommand } = await import('./cli/program.ts')
process.exitCode = await runCommand(process.argv)
