import { runCommand } from './cli/program.ts'

// Whatever this process writes, customers' files above all, is for its own user alone.
process.umask(0o077)
process.exitCode = await runCommand(process.argv)
