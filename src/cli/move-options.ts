/** Options of `dossier move`. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { envNameOf, STORE_SETTINGS, moveFlagOf } from '../config/config.ts'
import type { Options } from './options.ts'

const HELP = {
  data: 'new data folder; catalog and files go into it unless they are sent elsewhere',
  databaseUrl: 'PostgreSQL database that the catalog goes to',
  blobsUrl: 'S3 bucket that the files go to',
  s3Endpoint: 'address of the S3 service that the files go to, for one that is not Amazon',
  s3Region: 'its region',
  s3PathStyle: 'whether the bucket is named in the path',
}

export function addMove(command: Command, ended: (status: number) => void): void {
  command.description(
    'bring catalog and files to other stores while the old ones serve; broken off, the same line goes on',
  )
  for (const key of STORE_SETTINGS) {
    const flag = moveFlagOf(key)
    const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    command.addOption(new Option(`--${name} <value>`, `${HELP[key]} (${envNameOf(flag)})`).helpGroup('Where it goes:'))
  }
  command
    .option('--rate <MB per second>', 'how fast files are copied at most', rateOf)
    .option('--no-switch', 'copy all there is and stop before the switch; the same line without this goes on')
    .option('--accept-loss', 'finish although some files were missing or damaged before')
    .option('--undo', 'give a move up, or let the old place write again after one')
    .option('--json', 'print a line of JSON per stage and finding, and a summary')
    .action(async (options: Options) => ended(await (await import('./move.ts')).move(options)))
}

export function rateOf(text: string): number {
  const rate = Number(text)
  if (rate > 0 && Number.isFinite(rate)) return rate
  throw new InvalidArgumentError('Expected megabytes per second, such as 50.')
}
