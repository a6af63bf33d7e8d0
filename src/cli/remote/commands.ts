/** login and remote. */
import type { Command } from 'commander'
import { lazily } from '../lazily.ts'

const logins = () => import('./login.ts')

export function addLogin(program: Command): void {
  program
    .command('login')
    .description('remember a server and a token for it, in a file of your own (mode 0600)')
    .option('--server <url>', 'such as https://files.example.com (DOSSIER_SERVER)')
    .option('--token <token>', 'asked for, or read from standard input, unless given (DOSSIER_TOKEN)')
    .option('--remote <name>', 'under this name (default: default)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example:
  dossier login --server https://files.example.com --remote work < token.txt`,
    )
    .action(lazily(logins, 'login'))
  const remote = program.command('remote').description('the servers that `login` remembered')
  remote
    .command('list')
    .description('list them; * marks the one in use')
    .option('--json', 'print JSON')
    .action(lazily(logins, 'listRemotes'))
  remote
    .command('use')
    .description('speak to this one from now on')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action(lazily(logins, 'useRemote'))
  remote
    .command('rm')
    .description('forget one')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action(lazily(logins, 'forgetRemote'))
}
