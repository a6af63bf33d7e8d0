import { pino, type DestinationStream } from 'pino'
import type { LevelLog } from '../telemetry/access-log.ts'

/** The log of one thread. */
export interface ServerLog extends LevelLog {
  /** Writes a line that is not JSON. */
  readonly write: (line: string) => void
}

/** Structured lines. The process logs to standard error; standard output is for the results of commands. */
export function createLog(level: string, to: DestinationStream): ServerLog {
  return Object.assign(pino({ level, base: null }, to), { write: (line: string) => to.write(line) })
}
