import { envNameOf, STORE_SETTINGS, moveFlagOf, readConfig, readDestination, type Config } from '../config/config.ts'
import { Fault } from '../core/model/fault.ts'
import { move as moveStores, type MoveResult, type MoveStage } from '../recovery/move.ts'
import { undoMove } from '../recovery/undo.ts'
import { countOf, createFindings, sizeOf } from './findings.ts'
import { untilInterrupted } from './interruption.ts'
import { flagsOf, print, textOf, type Options } from './options.ts'
import { createForecast } from './progress.ts'
import { STATUS } from './status.ts'

const MEGABYTE = 1_048_576

const STAGES: Readonly<Record<MoveStage, string>> = {
  rows: 'Copying rows',
  comparing: 'Comparing rows',
  files: 'Copying files',
  changes: 'Catching up with what changed meanwhile',
  switch: 'Switching: for a moment nothing can be written',
}

export async function move(options: Options): Promise<number> {
  const from = readConfig(flagsOf(options))
  if (options['undo'] === true) return undo(from, options)
  const to = readDestination(destinationFlags(options), from)
  const findings = createFindings(options)
  const forecast = createForecast()
  const rate = typeof options['rate'] === 'number' ? options['rate'] * MEGABYTE : null
  const moving = untilInterrupted((signal) =>
    moveStores({
      ...{ from, to, signal, bytesPerSecond: rate, found: findings.report },
      switches: options['switch'] !== false,
      acceptLoss: options['acceptLoss'] === true,
      stage: (stage) => findings.write({ stage }, `${STAGES[stage]} …`),
      progress: (stage, part, all) => findings.progress.show(STAGES[stage], part, all, forecast(stage, part, all)),
    }),
  )
  const done = await moving.catch(addResumeHint)
  const { plan, ended, ...counts } = done
  const status = findings.finish({ target: plan.target, ended, ...counts }, summaryOf(done, from, to))
  return ended === 'lossy' ? STATUS.findings : options['acceptLoss'] === true ? 0 : status
}

/** Adds to the error of an unavailable store that copied data is kept and the move can be resumed. */
function addResumeHint(error: unknown): never {
  const isAway = error instanceof Error && Fault.from(error).code === 'unavailable'
  if (!isAway) throw error
  throw new Error(`${error.message} What was copied stays: run the same line again to go on.`, { cause: error })
}

function destinationFlags(options: Options) {
  return Object.fromEntries(
    STORE_SETTINGS.flatMap((key) => {
      const value = textOf(options, moveFlagOf(key))
      return value === null ? [] : [[moveFlagOf(key), value]]
    }),
  )
}

function summaryOf({ ended, rows, files, pauseMs, standing, plan }: MoveResult, from: Config, to: Config): string {
  if (ended === 'lossy')
    return 'Not moved: the files named above are missing or damaged in the old store. Mend it, or give --accept-loss to go on without them.'
  const { copied, kept } = files
  const what = `${countOf(rows, 'row')} compared, ${countOf(copied.blobs, 'file')} copied and verified (${sizeOf(copied.bytes)}), ${countOf(kept, 'file')} there already`
  if (ended === 'waiting')
    return `Copied, not switched: ${what}. Run the same line without --no-switch to finish; until then the old place goes on and what changes is noted.`
  const pause = standing === 'sealed' ? '' : ` Nothing could be written for ${(pauseMs / 1_000).toFixed(1)} seconds.`
  return [
    `Moved to ${plan.target}: ${what}.${pause}`,
    'Stop every server on the old settings (until then it only answers what is read), and start with:',
    ...settingsAfterMove(from, to).map((setting) => `  ${setting}`),
    'Nothing was removed in the old place. To go back to it without what is written from now on: dossier move --undo, with its settings.',
  ].join('\n')
}

/** Settings to start with after the move, as environment variables; passwords are masked. */
function settingsAfterMove(from: Config, to: Config): readonly string[] {
  return STORE_SETTINGS.flatMap((key) => {
    const value = to[key]
    if (value === null) return from[key] === null ? [] : [`${envNameOf(key)}=   (not set any more)`]
    if (key.startsWith('s3') && to.blobsUrl === null) return []
    return [`${envNameOf(key)}=${withoutPassword(value)}`]
  })
}

function withoutPassword(value: string): string {
  return value.replace(/^(postgres(?:ql)?:\/\/[^:/@]*):[^@]*@/, '$1:…@')
}

async function undo(from: Config, options: Options): Promise<number> {
  const undone = await undoMove(from)
  const { target, wasOver } = undone
  const line =
    target === null
      ? 'There is no move of this catalog to give up.'
      : wasOver
        ? `The old place takes writes again. What was written since in the new one (${target}) is only there: keep nobody writing to both.`
        : `The move is given up. What it had copied lies in the new place (${target}), and can be deleted.`
  print(options, undone, [line])
  return 0
}
