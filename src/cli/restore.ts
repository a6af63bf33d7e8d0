import { resolve } from 'node:path'
import { readConfig } from '../config/config.ts'
import { restore as restoreFolder } from '../recovery/restore.ts'
import { countOf, createFindings, sizeOf, describeStores } from './findings.ts'
import { untilInterrupted } from './interruption.ts'
import { flagsOf, textOf, type Options } from './options.ts'
import { STATUS } from './status.ts'

const STAGES = { files: 'Restoring files', catalog: 'Restoring the catalog' }

export async function restore(options: Options): Promise<number> {
  const config = readConfig(flagsOf(options))
  const from = resolve(textOf(options, 'from') ?? '')
  const findings = createFindings(options)
  const done = await untilInterrupted((signal) =>
    restoreFolder({
      ...{ from, config, signal, found: findings.report, acceptLoss: options['acceptLoss'] === true },
      progress: (stage, part, all) => findings.progress.show(STAGES[stage], part, all),
    }),
  )
  const { stores, copied, kept, small, takenAt, finished } = done
  const files = `${countOf(copied.blobs + kept, 'file')} (${sizeOf(copied.bytes)} copied) and ${countOf(small, 'small file')}`
  const line = finished
    ? `Restored the backup of ${takenAt ?? 'an unknown time'} into ${describeStores(stores)}: ${files}, every one with its hash.`
    : `Not restored: the backup lacks what is named above. Give --accept-loss to go on without it, or restore from another backup.`
  const status = findings.finish({ from, data: config.data, ...done }, line)
  return finished ? status : STATUS.findings
}
