import { resolve } from 'node:path'
import { backUp } from '../recovery/backup.ts'
import { readFolderConfig } from './data-folder.ts'
import { countOf, createFindings, sizeOf } from './findings.ts'
import { untilInterrupted } from './interruption.ts'
import { textOf, type Options } from './options.ts'

const STAGES = { catalog: 'Copying the catalog', files: 'Copying files' }

export async function backup(options: Options): Promise<number> {
  const { data } = readFolderConfig(options)
  const to = resolve(textOf(options, 'to') ?? '')
  const findings = createFindings(options)
  const done = await untilInterrupted((signal) =>
    backUp({
      ...{ data, to, signal, found: findings.report },
      progress: (stage, part, all) => findings.progress.show(STAGES[stage], part, all),
    }),
  )
  const { copied, kept, small, dropped } = done
  const lines = [
    `Backed up ${data} to ${to}`,
    `${countOf(copied.blobs, 'file')} copied (${sizeOf(copied.bytes)})`,
    `${countOf(kept, 'file')} there already`,
    `${countOf(small, 'small file')} in the catalog`,
    `${countOf(dropped, 'file')} no longer needed removed`,
  ]
  const missing = 'Some files are not in this backup: restore them from an earlier one, or upload them again.'
  return findings.end(
    { data, to, ...done },
    [...(findings.remaining === 0 ? [] : [missing]), `${lines[0] ?? ''}: ${lines.slice(1).join(', ')}.`].join('\n'),
  )
}
