/** Commands for everything but files on a server: organizations, modules, records, fields, usage. */
import type { Command } from 'commander'
import { lazily } from './lazily.ts'
import { collect, inOrg, onServer, wholeOf } from './server-options.ts'

const fields = () => import('./field.ts')
const modules = () => import('./module.ts')
const organizations = () => import('./organization.ts')
const records = () => import('./record.ts')
const usages = () => import('./usage.ts')

const YES = 'do not ask'

export function addServerCommands(program: Command): void {
  addOrganizations(program)
  addModules(program)
  addRecords(program)
  addFields(program)
  inOrg(
    program.command('usage').description('records, files and bytes by module; an operator sees organizations'),
  ).action(lazily(usages, 'usage'))
}

function addOrganizations(program: Command): void {
  const org = program.command('org').description('organizations: a Zoho org, a HighLevel location')
  onServer(org.command('create').description('make an organization with the standard modules and one user'))
    .requiredOption('--name <name>', 'what it is called')
    .option('--user <name>', 'name of its user', 'Administrator')
    .option('--email <address>', 'e-mail of its user', 'admin@example.com')
    .option('--agency <id>', 'the agency it belongs to; a new one by default')
    .action(lazily(organizations, 'createOrganization'))
  onServer(org.command('list').description('list organizations')).action(lazily(organizations, 'listOrganizations'))
  onServer(org.command('show').description('show one organization'))
    .argument('[id]')
    .action(lazily(organizations, 'showOrganization'))
  onServer(org.command('rm').description('remove an organization with everything in it'))
    .argument('<id>')
    .option('--yes', YES)
    .action(lazily(organizations, 'removeOrganization'))
}

function addModules(program: Command): void {
  const module = program.command('module').description('modules of an organization')
  inOrg(module.command('create').description('make a custom module'))
    .argument('<name>', 'API name, such as CustomModule1')
    .option('--singular <word>', 'what one record of it is called')
    .option('--plural <word>', 'what several are called')
    .action(lazily(modules, 'createModule'))
  inOrg(module.command('list').description('list modules with how many records they hold')).action(
    lazily(modules, 'listModules'),
  )
  inOrg(module.command('show').description('show one module')).argument('<name>').action(lazily(modules, 'showModule'))
  inOrg(module.command('rm').description('remove a custom module with its records and their files'))
    .argument('<name>')
    .option('--yes', YES)
    .action(lazily(modules, 'removeModule'))
}

function addRecords(program: Command): void {
  const record = program.command('record').description('records of a module: leads, contacts, deals')
  inOrg(record.command('create').description('make a record'))
    .argument('<module>', 'such as Leads')
    .option('--set <name=value>', 'a property; name:=value for JSON; may be said again', collect)
    .addHelpText('after', '\nExample:\n  dossier record create Leads --set firstName=Ada --set lastName=Lovelace')
    .action(lazily(records, 'createRecord'))
  inOrg(record.command('list').description('list the records of a module, newest first'))
    .argument('<module>', 'such as Leads')
    .option('--search <text>', 'part of the title, e-mail or phone')
    .option('--limit <number>', 'how many at most', wholeOf(1, 1_000_000_000))
    .action(lazily(records, 'listRecords'))
  inOrg(record.command('show').description('show one record')).argument('<id>').action(lazily(records, 'showRecord'))
  inOrg(record.command('rm').description('remove records with their files'))
    .argument('<ids...>')
    .action(lazily(records, 'removeRecords'))
}

function addFields(program: Command): void {
  const field = program.command('field').description('custom fields of a module, such as those that hold files')
  inOrg(field.command('create').description('make a field'))
    .argument('<module>', 'such as Contacts')
    .requiredOption('--name <name>', 'what it is called')
    .option('--type <type>', 'file, signature, text, date, ...', 'file')
    .option('--key <key>', 'unique in the module; made of the name by default')
    .option('--accept <extensions>', 'types of files, separated by commas: pdf,jpg')
    .option('--max-files <number>', 'how many files one upload may put here', wholeOf(1, 100))
    .action(lazily(fields, 'createField'))
  inOrg(field.command('list').description('list the fields of a module'))
    .argument('<module>')
    .action(lazily(fields, 'listFields'))
  inOrg(field.command('show').description('show one field')).argument('<id>').action(lazily(fields, 'showField'))
  inOrg(field.command('rm').description('remove a field; its files stay on their records'))
    .argument('<id>')
    .action(lazily(fields, 'removeField'))
}
