import { readConfig } from '../config/config.ts'
import type { Log } from '../core/ports/contracts.ts'
import type { Examined, Stage } from '../core/integrity/doctor.ts'
import { runDoctor } from '../recovery/doctor.ts'
import { countOf, createFindings, sizeOf, type Findings } from './findings.ts'
import { flagsOf, type Options } from './options.ts'

const MEGABYTE = 1_048_576

const STAGES: Readonly<Record<Stage, string>> = {
  catalog: 'Checking the catalog',
  rows: 'Comparing rows',
  files: 'Comparing rows and files',
  data: 'Reading all bytes',
}

export async function doctor(options: Options): Promise<number> {
  const config = readConfig(flagsOf(options))
  const findings = createFindings(options)
  const rate = typeof options['rate'] === 'number' ? options['rate'] : 100
  const examined = await runDoctor({
    config,
    bytesPerSecond: options['readData'] === true ? rate * MEGABYTE : null,
    mend: options['mend'] === true,
    log: createErrorLog(),
    found: findings.report,
    progress: (stage, done, all) => findings.progress.show(STAGES[stage], done, all),
  })
  return findings.finish({ folder: config.data, ...examined }, summaryOf(examined, findings))
}

function summaryOf({ blobs, loose, waiting, read }: Examined, { remaining, mended }: Findings): string {
  const compared = read === null ? 'compared with their rows' : `compared with their rows, ${sizeOf(read.bytes)} read`
  const remarks = [
    ...(loose === 0 ? [] : [`${countOf(loose, 'file')} not attached yet, which is no fault`]),
    ...(waiting === 0 ? [] : [`${countOf(waiting, 'blob')} given up and waiting for the sweep`]),
    ...(mended === 0 ? [] : [`${countOf(mended, 'finding')} mended`]),
  ]
  const verdict =
    remaining === 0 ? 'All well' : `${countOf(remaining, 'finding')} ${remaining === 1 ? 'remains' : 'remain'}`
  return `${verdict}: ${[`${countOf(blobs, 'blob')} ${compared}`, ...remarks].join('; ')}.`
}

/** Writes only warnings and errors, such as blobs that the sweep could not remove; the findings report the rest. */
function createErrorLog(): Log {
  const write = (fields: object, message: string) => {
    const cause = 'err' in fields && fields.err instanceof Error ? ` (${fields.err.message})` : ''
    process.stderr.write(`dossier: ${message}${cause}\n`)
  }
  return { debug: () => undefined, info: () => undefined, warn: write, error: write }
}
