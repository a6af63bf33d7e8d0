import { InvalidArgumentError, Option, type Command } from 'commander'
import { envNameOf, STORE_SETTINGS, SETTINGS } from '../config/config.ts'
import { groupOf } from './option-groups.ts'
import { STATUS_HELP } from './status.ts'

const STORES = STORE_SETTINGS.filter((key) => key !== 'data')

/** Adds the options of every command that calls a server, local or remote. */
export function onServer(command: Command): Command {
  for (const key of STORES) {
    const flag = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <value>`
    command.addOption(new Option(flag, `${SETTINGS[key].help} (${envNameOf(key)})`).helpGroup(groupOf(key)))
  }
  return command
    .option('--server <url>', 'the server; by default the remote in use, else that of the data folder (DOSSIER_SERVER)')
    .option('--token <token>', 'a native token for it; others can see it here, not so in DOSSIER_TOKEN')
    .option('--remote <name>', 'the server that `login` remembered under this name (DOSSIER_REMOTE)')
    .option('--data <folder>', 'the server of this data folder; runs for the moment if none does (DOSSIER_DATA)')
    .option('--config <file>', 'JSON file with settings (DOSSIER_CONFIG)')
    .option('--json', 'print JSON')
    .addHelpText('after', STATUS_HELP)
}

export function inOrg(command: Command): Command {
  return onServer(command).option(
    '--org <id>',
    'the organization, as `org list` shows it; not needed where there is only one',
  )
}

export function wholeOf(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d{1,12}$/.test(text) && value >= least && value <= most) return value
    throw new InvalidArgumentError(`Expected a whole number from ${String(least)} to ${String(most)}.`)
  }
}

/** Parser of repeatable options. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
