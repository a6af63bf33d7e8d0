import { pino, type DestinationStream } from 'pino'
import type { LevelLog } from '../telemetry/access-log.ts'

/** The log of one thread. */
export interface ServerLog extends LevelLog {
  /** A line that is no JSON. */
  readonly write: (line: string) => void
}

/** Structured lines. The process's own go to standard error, so that standard output stays for what people asked for. */
export function createLog(level: string, to: DestinationStream): ServerLog {
  return Object.assign(pino({ level, base: null }, to), { write: (line: string) => to.write(line) })
}
