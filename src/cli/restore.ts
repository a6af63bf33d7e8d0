import { resolve } from 'node:path'
import { restore as restoreFolder } from '../recovery/restore.ts'
import { readFolderConfig } from './data-folder.ts'
import { countOf, createFindings, FINDINGS_REMAIN, sizeOf } from './findings.ts'
import { untilInterrupted } from './interruption.ts'
import { textOf, type Options } from './options.ts'

export async function restore(options: Options): Promise<number> {
  const { data } = readFolderConfig(options)
  const from = resolve(textOf(options, 'from') ?? '')
  const findings = createFindings(options)
  const done = await untilInterrupted((signal) =>
    restoreFolder({
      ...{ from, data, signal, found: findings.report, acceptLoss: options['acceptLoss'] === true },
      progress: (part, all) => findings.progress.show('Restoring files', part, all),
    }),
  )
  const { copied, kept, small, takenAt, finished } = done
  const files = `${countOf(copied.blobs + kept, 'file')} (${sizeOf(copied.bytes)} copied) and ${countOf(small, 'small file')}`
  const line = finished
    ? `Restored the backup of ${takenAt ?? 'an unknown time'} into ${data}: ${files}, every one with its hash.`
    : `Not restored: the backup lacks what is named above. Give --accept-loss to go on without it, or restore from another backup.`
  const status = findings.end({ from, data, ...done }, line)
  return finished ? status : FINDINGS_REMAIN
}
