/** The commands that say who may do what, and that share attachments. */
import type { Command } from 'commander'
import { ACTIONS } from '../core/permissions.ts'
import {
  assignProfile,
  assignRole,
  changeProfile,
  createProfile,
  createRole,
  listProfiles,
  listRoles,
  removeProfile,
  removeRole,
  shareModule,
} from './profile.ts'
import { createShare, listShares, revokeShare } from './share.ts'
import { revokeClientTokens } from './token.ts'

/** `inOrganization` gives a command the flags of the data folder, --json and --org. */
export function addStaffCommands(program: Command, inOrganization: (command: Command) => Command): void {
  const profile = program.command('profile').description('what kinds of users may do; who has none may do everything')
  const withRules = (command: Command) =>
    inOrganization(command)
      .option('--deny <module:action...>', `* for every module; actions: ${ACTIONS.join(', ')}`)
      .option('--hide <module...>', 'as if the module were not there')
  withRules(profile.command('create').description('make a profile that allows all but what is denied'))
    .argument('<name>')
    .action(createProfile)
  withRules(profile.command('change').description('give a profile other rules')).argument('<id>').action(changeProfile)
  inOrganization(profile.command('list').description('list profiles')).action(listProfiles)
  inOrganization(profile.command('assign').description('give a user a profile; `none` makes an administrator'))
    .argument('<id>', 'as `profile list` shows it, or none')
    .requiredOption('--user <id>', 'as `user list` shows it')
    .action(assignProfile)
  inOrganization(profile.command('remove').description('remove a profile that nobody has'))
    .argument('<id>')
    .action(removeProfile)

  const role = program.command('role').description('the hierarchy: who may do what owners below them may')
  inOrganization(role.command('create').description('make a role'))
    .argument('<name>')
    .option('--below <id>', 'the role above it; by default it is at the top')
    .action(createRole)
  inOrganization(role.command('list').description('list roles')).action(listRoles)
  inOrganization(role.command('assign').description('give a user a role, or `none`'))
    .argument('<id>', 'as `role list` shows it, or none')
    .requiredOption('--user <id>', 'as `user list` shows it')
    .action(assignRole)
  inOrganization(role.command('remove').description('remove a role that nobody has and none is below'))
    .argument('<id>')
    .action(removeRole)

  const share = program.command('share').description('addresses under which one attachment opens without a token')
  inOrganization(share.command('create').description('share an attachment and show the address, this once'))
    .argument('<attachment>', 'its id')
    .option('--expires-in <seconds>', 'how long it is good; 7 days by default, 366 days at most')
    .option('--password-stdin', 'ask for the password that comes on standard input')
    .option('--max-downloads <count>', 'how often it may be downloaded')
    .option('--label <text>', 'what it is for', '')
    .option('--origin <value>', 'public origin of the server, for the address')
    .action(createShare)
  inOrganization(share.command('list').description('list shares, also those that ended'))
    .option('--attachment <id>', 'only of this one')
    .action(listShares)
  inOrganization(share.command('revoke').description('end a share at once'))
    .argument('<id>', 'as `share list` shows it')
    .action(revokeShare)

  const under = (name: string) => program.commands.find((command) => command.name() === name) ?? program.command(name)
  inOrganization(under('module').command('share').description("who may do what with other users' records of a module"))
    .argument('<name>')
    .argument('<sharing>', 'write: change them; read: see them; private: neither')
    .action(shareModule)
  inOrganization(under('token').command('revoke-all').description('end all tokens of an OAuth client at once'))
    .requiredOption('--client <id>', 'its client id')
    .option('--with-client', 'the client may ask for no new ones either')
    .action(revokeClientTokens)
}
