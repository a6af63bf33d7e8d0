import { runCommand } from './cli/program.ts'

// Files written by this process, customers' files above all, are readable by its own user only.
process.umask(0o077)
process.exitCode = await runCommand(process.argv)
