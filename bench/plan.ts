import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Work of one load generator process. */
export interface Plan {
  readonly port: number
  readonly connections: number
  /** Number of requests; the run ends earlier after `seconds`. */
  readonly requests: number
  /** Number of the first request; default 0. */
  readonly first?: number
  readonly seconds: number
  /** Head of the request; its body is `prefix`, `size` bytes, `suffix`. `{n}` is replaced by the request's number. */
  readonly head: string
  readonly prefix: string
  readonly suffix: string
  readonly size: number
}

export interface Result {
  readonly answers: number
  readonly refused: number
  readonly seconds: number
  /** Latency in milliseconds. */
  readonly p50: number
  readonly p99: number
}

const BOUNDARY = '----------------------------8f2b6c1d9e'

/** A multipart upload of one file in a part named `file`. */
export function formOf(path: string, size: number, headers = ''): Pick<Plan, 'head' | 'prefix' | 'suffix' | 'size'> {
  const prefix = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="scan-{n}.bin"\r\nContent-Type: application/octet-stream\r\n\r\n`
  const suffix = `\r\n--${BOUNDARY}--\r\n`
  const length = numbered(prefix, 0).length + size + suffix.length
  const head = `POST ${path} HTTP/1.1\r\nHost: bench\r\n${headers}Content-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${String(length)}\r\n\r\n`
  return { head, prefix, suffix, size }
}

/** Nine digits, so that all requests have the same length. */
export function numbered(text: string, number: number): string {
  return text.replaceAll('{n}', String(number).padStart(9, '0'))
}

/** Runs a plan in a separate process. */
export async function runPlan(plan: Plan): Promise<Result> {
  const script = fileURLToPath(new URL('./load.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(plan)])
  return JSON.parse(stdout) as Result
}

/** A request with the file as its body. */
export function rawOf(
  method: string,
  path: string,
  size: number,
  headers = '',
): Pick<Plan, 'head' | 'prefix' | 'suffix' | 'size'> {
  const head = `${method} ${path} HTTP/1.1\r\nHost: bench\r\n${headers}Content-Length: ${String(size)}\r\n\r\n`
  return { head, prefix: '', suffix: '', size }
}

/** A GET request. */
export function getOf(path: string, headers = ''): Pick<Plan, 'head' | 'prefix' | 'suffix' | 'size'> {
  return { head: `GET ${path} HTTP/1.1\r\nHost: bench\r\n${headers}\r\n`, prefix: '', suffix: '', size: 0 }
}
