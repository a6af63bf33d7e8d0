/** Exit statuses of commands, by the kind of error. */
import { ConnectionError, ProblemError } from '../client/errors.ts'
import { Fault } from '../core/model/fault.ts'

export const STATUS = {
  ok: 0,
  failed: 1,
  usage: 2,
  missing: 3,
  refused: 4,
  connection: 5,
  /** A command completed and found something that remains: doctor, backup, restore, move. */
  findings: 6,
  /** 128 + SIGINT, as shells report it. */
  interrupted: 130,
  /** 128 + SIGPIPE, as shells report it. */
  unread: 141,
} as const

export type Ending = keyof typeof STATUS

/** An error that the command itself detects. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly ending: Ending

  constructor(ending: Ending, message: string) {
    super(message)
    this.ending = ending
  }
}

/** Stopped by SIGINT or SIGTERM. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
}

export function endingOf(error: unknown): Ending {
  if (error instanceof Refusal) return error.ending
  if (error instanceof Interruption) return 'interrupted'
  if (error instanceof ConnectionError) return 'connection'
  if (error instanceof Fault) return endingOfCode(error.code)
  if (!(error instanceof ProblemError)) return 'failed'
  if (error.status === 404) return 'missing'
  return error.status < 500 || error.status === 507 ? 'refused' : 'failed'
}

function endingOfCode(code: Fault['code']): Ending {
  if (code === 'not_found') return 'missing'
  return code === 'internal' || code === 'unavailable' || code === 'aborted' ? 'failed' : 'refused'
}

export const STATUS_HELP = `
Exit status: 0 done; 1 failed; 2 wrong command line; 3 not found;
4 refused by the server; 5 no connection; 6 findings remain (doctor, backup,
restore, move); 130 interrupted.`
