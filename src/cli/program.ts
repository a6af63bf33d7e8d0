/**
 * Parses argv and runs one command. Every error is one sentence on standard error and an exit status by its kind
 * (status.ts); a command that checked data exits with 3 if findings remain.
 */
import { Command, CommanderError, Option } from 'commander'
import { lazily } from './lazily.ts'
import { BadSetting, STORE_SETTINGS, SETTINGS, envNameOf, type Config } from '../config/config.ts'
import { Fault } from '../core/model/fault.ts'
import { addCompletion } from './completion/command.ts'
import { groupOf } from './option-groups.ts'
import type { Options } from './options.ts'
import { addMove, rateOf } from './move-options.ts'
import { addLogin } from './remote/commands.ts'
import { addServerCommands } from './server-commands.ts'
import { addStaffCommands } from './staff-commands.ts'
import { endingOf, STATUS, STATUS_HELP } from './status.ts'
import { addTransfer } from './transfer/commands.ts'

const clients = () => import('./client.ts')
const tokens = () => import('./token.ts')
const users = () => import('./user.ts')

/** Resolves to the exit status. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const outcome = { status: 0 }
  exitOnClosedPipe()
  try {
    await createProgram(outcome).parseAsync([...argv])
    return outcome.status
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? STATUS.ok : STATUS.usage
    process.stderr.write(`dossier: ${messageOf(error)}\n`)
    return STATUS[endingOf(error)]
  }
}

/** Exits silently when the reader of standard output has closed the pipe, as in `dossier ls | head`. */
function exitOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(STATUS.unread)
    throw error
  })
}

function createProgram(outcome: { status: number }): Command {
  const program = new Command('dossier')
    .description(
      'The attachment server for CRM records: the file APIs of Zoho CRM and HighLevel over a store of your own.',
    )
    .exitOverride()
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', STATUS_HELP)

  withSettings(program.command('serve').description('serve a data folder'), Object.keys(SETTINGS) as (keyof Config)[])
    .option('--no-limits', 'turn rate limits off, for measuring')
    .action(async (options: Options) => (await import('./serve.ts')).serve(options))
  withSettings(
    program.command('demo').description('serve demo data, made on the first run, and print curl lines to try'),
    ['data', 'host', 'port', 'origin', 'corsOrigins', 'workers', 'logLevel'],
  )
    .option('--no-limits', 'turn rate limits off, for measuring')
    .option('--credentials <file>', 'write ids and tokens as JSON to this file (mode 0600) once it listens')
    .action(async (options: Options) => (await import('./demo.ts')).demo(options))

  addServerCommands(program)
  addTransfer(program, (status) => (outcome.status = status))
  addLogin(program)

  const token = program.command('token').description('access tokens')
  inFolder(token.command('create').description('make a token and show it, this once'))
    .addOption(
      new Option(
        '--kind <kind>',
        'zoho: 1000.<hex>.<hex>; private: a HighLevel private integration token; native: for /api',
      )
        .choices(['zoho', 'private', 'native'])
        .default('private'),
    )
    .option('--scope <scopes>', 'scopes, separated by commas or spaces; a native token has all of them by default')
    .option('--operator', 'a native token that stands above organizations, makes and removes them')
    .option('--org <id>', ORG_HELP)
    .option('--agency <id>', "a token of this agency itself, above its organizations (HighLevel's user type Company)")
    .option('--user <id>', "in whose name it acts; by default the organization's first user")
    .option('--label <text>', 'what it is for', '')
    .option('--expires-in <seconds>', 'how long it is good; for ever by default')
    .action(lazily(tokens, 'createToken'))
  inFolder(token.command('list').description('list tokens with scopes and last use; secrets are not kept'))
    .option('--org <id>', 'only of this organization')
    .action(lazily(tokens, 'listTokens'))
  inFolder(token.command('revoke').description('end a token at once'))
    .argument('<id>', 'as `token list` shows it')
    .action(lazily(tokens, 'revokeToken'))

  addStaffCommands(program, (command) => inFolder(command).option('--org <id>', ORG_HELP))
  addAccessCommands(program)
  addMaintenanceCommands(program, (command) => async (options: Options) => {
    outcome.status = await command(options)
  })
  addMove(withSettings(program.command('move'), STORE_SETTINGS.slice()), (status) => (outcome.status = status))
  addCompletion(program)
  return program
}

/** Commands for users, OAuth clients and grants. */
function addAccessCommands(program: Command): void {
  const user = program.command('user').description('users of an organization')
  inFolder(user.command('create').description('make a user; without a login yet'))
    .requiredOption('--name <name>', 'what people call them')
    .requiredOption('--email <address>', 'e-mail address')
    .option('--org <id>', ORG_HELP)
    .action(lazily(users, 'createUser'))
  inFolder(user.command('list').description('list users'))
    .option('--org <id>', ORG_HELP)
    .action(lazily(users, 'listUsers'))
  inFolder(user.command('login').description('let a user log in with a new password, and end their sessions'))
    .argument('<id>', 'as `user list` shows it')
    .option('--login <address>', 'the name to log in under; by default the one they have, or their e-mail address')
    .option('--password-stdin', 'read the password from standard input; by default one is made and shown, this once')
    .option('--agency-wide', 'may act for the agency and in all its organizations')
    .option('--org <id>', ORG_HELP)
    .action(lazily(users, 'setLogin'))
  inFolder(user.command('status').description('inactive: out at once, with everything that was given in their name'))
    .argument('<id>', 'as `user list` shows it')
    .addOption(new Option('--status <status>', 'the new status').choices(['active', 'inactive']).makeOptionMandatory())
    .option('--org <id>', ORG_HELP)
    .action(lazily(users, 'setUserStatus'))

  const client = program.command('client').description('OAuth clients: programs that ask users for access')
  inFolder(client.command('create').description('register a program and show its secret, this once'))
    .requiredOption('--name <name>', 'what users are told it is called')
    .addOption(new Option('--wire <wire>', 'whose words it speaks').choices(['zoho', 'highlevel']).default('zoho'))
    .option('--flow <flows>', 'code, implicit, credentials, self; separated by commas', 'code')
    .option('--redirect-uri <uris...>', 'where users are sent back to; compared letter by letter')
    .option('--scope <scopes>', 'what it may ask for at most; by default whatever it likes')
    .option('--org <id>', ORG_HELP)
    .action(lazily(clients, 'createClient'))
  inFolder(client.command('list').description('list clients'))
    .option('--org <id>', ORG_HELP)
    .action(lazily(clients, 'listClients'))

  const grant = program.command('grant').description('what programs are allowed')
  inFolder(grant.command('create').description("make a self client's code, to be exchanged for tokens"))
    .requiredOption('--client <id>', 'as `client list` shows it')
    .requiredOption('--scope <scopes>', 'scopes, separated by commas or spaces')
    .option('--user <id>', "in whose name; by default the organization's first user")
    .option('--expires-in <seconds>', 'how long the code is good', '600')
    .action(lazily(clients, 'createGrant'))
}

/** Commands that check and copy the data; each resolves to an exit status. */
function addMaintenanceCommands(
  program: Command,
  withStatus: (command: (options: Options) => Promise<number>) => Action,
): void {
  withSettings(
    program
      .command('doctor')
      .description('compare rows and bytes, also beside running servers; status 6: findings remain'),
    [...STORE_SETTINGS, 'requestSeconds', 'sweepGraceSeconds'],
  )
    .option('--read-data', 'read and hash every byte as well; a run that was broken off goes on')
    .option('--rate <MB per second>', 'how fast bytes are read at most (default: 100)', rateOf)
    .option(
      '--mend',
      'put right what loses nothing: counts, lost rows of bytes that are there, bytes that nobody holds',
    )
    .option('--json', 'print a line of JSON per finding, and a summary')
    .action(withStatus(async (options) => (await import('./doctor.ts')).doctor(options)))
  withSettings(
    program.command('backup').description('make or renew a consistent copy, while the server goes on'),
    STORE_SETTINGS,
  )
    .requiredOption('--to <folder>', 'where the backup lies; only what is new is copied')
    .option('--json', 'print a line of JSON per finding, and a summary')
    .action(withStatus(async (options) => (await import('./backup.ts')).backup(options)))
  withSettings(
    program
      .command('restore')
      .description('fill a new data folder or empty stores from a backup; every file is verified'),
    STORE_SETTINGS,
  )
    .requiredOption('--from <folder>', 'the backup')
    .option('--accept-loss', 'finish without what is missing or changed in the backup')
    .option('--json', 'print a line of JSON per finding, and a summary')
    .action(withStatus(async (options) => (await import('./restore.ts')).restore(options)))
}

type Action = (options: Options) => Promise<void>

const ORG_HELP = 'the organization, as `org list` shows it; not needed where there is only one'

function withSettings(command: Command, keys: readonly (keyof Config)[]): Command {
  for (const key of keys) {
    if (key === 'limits') continue
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <value>`
    command.addOption(new Option(flag, `${SETTINGS[key].help} (${envNameOf(key)})`).helpGroup(groupOf(key)))
  }
  return command.option('--config <file>', 'JSON file with settings (DOSSIER_CONFIG)')
}

function inFolder(command: Command): Command {
  return withSettings(command, ['data', 'databaseUrl']).option('--json', 'print JSON')
}

function messageOf(error: unknown): string {
  if (error instanceof Fault || error instanceof BadSetting) return error.message
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE')
    return `the address is in use: ${error.message}. Choose another with --port, or --port 0 for a free one.`
  return error.message
}
