/** One log line for each answered request. It contains no path or query: they may contain names, links and ids of open documents. */
import type { Log } from '../core/ports/contracts.ts'
import type { ObservedRequest } from '../http/observer.ts'
import type { Traffic } from './traffic.ts'

interface AccessLogEntry {
  readonly observed: ObservedRequest
  /** Null: a malformed request. */
  readonly method: string | null
  readonly status: number
  readonly isComplete: boolean
  readonly milliseconds: number
  readonly traffic: Traffic
}

export type AccessLog = (entry: AccessLogEntry) => void

/** A log whose level may change at any time. */
export interface LevelLog extends Log {
  level: string
  isLevelEnabled(level: string): boolean
}

/** `form`: `json`, `combined` or `off`; `write` writes a line unchanged. Lines of both forms have the level `info`. Null: off. */
export function createAccessLog(form: string, log: LevelLog, write: (line: string) => void): AccessLog | null {
  if (form === 'json') return (entry) => log.info(fieldsOf(entry), 'request')
  if (form !== 'combined') return null
  return (entry) => {
    if (log.isLevelEnabled('info')) write(combinedLine(entry, new Date()))
  }
}

function fieldsOf({ observed, method, status, isComplete, milliseconds, traffic }: AccessLogEntry): object {
  const { head, endpoint, state } = observed
  return {
    id: head.id,
    dialect: endpoint.dialect.name,
    method,
    route: state.route?.path ?? null,
    status,
    ms: Math.round(milliseconds),
    address: head.address,
    org: state.caller?.organization?.id ?? null,
    in: traffic.received,
    out: traffic.sent,
    agent: agentOf(head.headers['user-agent']),
    ...(isComplete ? {} : { cut: true }),
  }
}

/** `%h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-agent}i"`: the user is the organization, the path is the route's pattern. */
function combinedLine({ observed, method, status, traffic }: AccessLogEntry, at: Date): string {
  const { head, state } = observed
  const user = state.caller?.organization?.id ?? '-'
  const request = method === null ? '-' : `${loggedMethod(method)} ${state.route?.path ?? '-'} HTTP/1.1`
  const agent = agentOf(head.headers['user-agent']) ?? '-'
  return `${head.address || '-'} - ${user} [${clfTime(at)}] "${request}" ${String(status)} ${String(traffic.sent)} "-" "${escaped(agent)}"\n`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `10/Oct/2000:13:55:36 +0000` */
function clfTime(at: Date): string {
  const [year = '', month = '', day = ''] = at.toISOString().slice(0, 10).split('-')
  return `${day}/${MONTHS[Number(month) - 1] ?? ''}/${year}:${at.toISOString().slice(11, 19)} +0000`
}

const MAX_AGENT_LENGTH = 200

function agentOf(header: string | undefined): string | null {
  return header === undefined ? null : header.slice(0, MAX_AGENT_LENGTH)
}

/** Only methods that Node accepts; a client must not be able to write other text into the log. */
function loggedMethod(method: string): string {
  return /^[A-Z-]{1,20}$/.test(method) ? method : '-'
}

/** Escaped as Apache does, so that a User-Agent cannot end the line or the quoted field. */
function escaped(text: string): string {
  return text.replace(/["\\]|[^\x20-\x7e]/g, (character) =>
    /["\\]/.test(character) ? `\\${character}` : `\\x${(character.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`,
  )
}
