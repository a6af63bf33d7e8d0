import { resolve } from 'node:path'
import { createBackup } from '../recovery/backup.ts'
import { readConfig } from '../config/config.ts'
import { countOf, createFindings, sizeOf, describeStores } from './findings.ts'
import { untilInterrupted } from './interruption.ts'
import { flagsOf, textOf, type Options } from './options.ts'

const STAGES = { catalog: 'Copying the catalog', files: 'Copying files' }

export async function backup(options: Options): Promise<number> {
  const config = readConfig(flagsOf(options))
  const to = resolve(textOf(options, 'to') ?? '')
  const findings = createFindings(options)
  const done = await untilInterrupted((signal) =>
    createBackup({
      ...{ config, to, signal, found: findings.report },
      progress: (stage, part, all) => findings.progress.show(STAGES[stage], part, all),
    }),
  )
  const { stores, copied, kept, small, dropped } = done
  const lines = [
    `Backed up ${describeStores(stores)} to ${to}`,
    `${countOf(copied.blobs, 'file')} copied (${sizeOf(copied.bytes)})`,
    `${countOf(kept, 'file')} there already`,
    `${countOf(small, 'small file')} in the catalog`,
    `${countOf(dropped, 'file')} no longer needed removed`,
  ]
  const missing = 'Some files are not in this backup: restore them from an earlier one, or upload them again.'
  return findings.finish(
    { data: config.data, to, ...done },
    [...(findings.remaining === 0 ? [] : [missing]), `${lines[0] ?? ''}: ${lines.slice(1).join(', ')}.`].join('\n'),
  )
}
