/** put, get, ls and rm. */
import { Option, type Command } from 'commander'
import type { Options } from '../options.ts'
import { lazily } from '../lazily.ts'
import { collect, inOrg, wholeOf } from '../server-options.ts'

/** Takes the exit status that a command answers. */
type End = (status: number) => void

const JOBS = 'files at a time'

export function addTransfer(program: Command, end: End): void {
  addPut(program, end)
  addGet(program, end)
  addLs(program)
  addRm(program, end)
}

function addPut(program: Command, end: End): void {
  inOrg(program.command('put').description('upload files and folders; what is there already is not sent again'))
    .argument('[paths...]', 'files, folders with all that is in them, - for standard input')
    .option('--record <id>', 'attach to this record')
    .option('--unfiled', 'attach to the organization itself')
    .option('--field <id>', 'a file field of the record, which holds exactly these files afterwards')
    .option('--link <url>', 'attach a link; may be said again', collect)
    .option('--name <name>', 'what to call the one file')
    .option('--flat', 'name files of folders without their folders')
    .option('--again', 'send also what is there already')
    .option('--jobs <number>', JOBS, wholeOf(1, 32), 4)
    .option('--quiet', 'tell of failures only')
    .addHelpText(
      'after',
      `
A file in a folder is named by its way from that folder, with ／ for the slash; get makes folders of it again.
Broken off, even by a power cut, the same command goes on: names and SHA-256 tell what is there.

Examples:
  dossier put contract.pdf photos/ --record 1795290000000000042
  pg_dump crm | gzip | dossier put - --name crm.sql.gz --unfiled
  dossier put scans/ --record 1795290000000000042 --json | jq -r 'select(.outcome == "failed") | .name'`,
    )
    .action(async (paths: readonly string[], options: Options) =>
      end(await (await import('./put.ts')).put(paths, options)),
    )
}

function addGet(program: Command, end: End): void {
  inOrg(program.command('get').description('download files, or all files of a record; every one is verified'))
    .argument('[ids...]', 'attachments, as `ls` shows them')
    .option('--record <id>', 'all files of this record')
    .option('--to <folder>', 'where files are written (default: here)')
    .option('--output <file>', 'write into this one file; - is standard output')
    .option('--zip', 'the files of the record as one ZIP archive, with --output')
    .option('--flat', 'make no folders')
    .option('--overwrite', 'replace other files of the same name')
    .option('--jobs <number>', JOBS, wholeOf(1, 32), 4)
    .option('--quiet', 'tell of failures only')
    .addHelpText(
      'after',
      `
A file appears under its name when all of its bytes are there and its SHA-256 is right; until then it is a hidden
.part, where the same command goes on after it was broken off. Nothing is ever written outside of the folder.

Examples:
  dossier get --record 1795290000000000042 --to contracts/
  dossier get 1795290000000000077 --output - | gunzip | psql crm
  dossier get --record 1795290000000000042 --zip --output lead.zip`,
    )
    .action(async (ids: readonly string[], options: Options) => end(await (await import('./get.ts')).get(ids, options)))
}

/** What `ls` shows and `rm --all` removes. */
function filtered(command: Command): Command {
  return inOrg(command)
    .option('--record <id>', 'of this record')
    .option('--field <id>', 'that came in through this field')
    .addOption(new Option('--kind <kind>', 'files or links').choices(['file', 'link']))
    .option('--type <media type>', 'such as application/pdf or image/*')
    .option('--name <text>', 'part of the name')
    .option('--min-size <size>', 'at least so large: 500, 10k, 1.5M')
    .option('--max-size <size>', 'at most so large')
    .option('--since <time>', 'from then on: 2026-11-21, 36h, 7d')
    .option('--until <time>', 'before then')
    .option('--sha256 <hash>', 'with exactly these bytes')
}

function addLs(program: Command): void {
  filtered(program.command('ls').description('list attachments'))
    .option('--unfiled', 'of the organization itself')
    .option('--module <name>', 'on records of this module')
    .addOption(new Option('--sort <by>', 'order').choices(['created', 'name', 'size']))
    .addOption(new Option('--order <order>', 'which way').choices(['asc', 'desc']))
    .option('--limit <number>', 'how many at most', wholeOf(1, 1_000_000_000))
    .option('--quiet', 'print ids only')
    .addHelpText(
      'after',
      `
--json prints a line of JSON per attachment.

Examples:
  dossier ls --record 1795290000000000042 --sort name --order asc
  dossier ls --module Leads --type image/* --since 7d --json
  dossier ls --name draft --quiet | dossier rm -`,
    )
    .action(lazily(() => import('./ls.ts'), 'ls'))
}

function addRm(program: Command, end: End): void {
  filtered(program.command('rm').description('remove attachments'))
    .argument('[ids...]', 'as `ls` shows them; - reads ids from standard input')
    .option('--all', 'with --record: all of the record that the filters leave')
    .option('--force', 'what is not there is no error')
    .option('--quiet', 'tell of failures only')
    .addHelpText('after', '\nExample:\n  dossier rm --record 1795290000000000042 --all --type image/*')
    .action(async (ids: readonly string[], options: Options) => end(await (await import('./rm.ts')).rm(ids, options)))
}
