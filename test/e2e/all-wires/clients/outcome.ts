// What goes into a client and what comes out of it; and how a client that is a program of its own is run.
import { execFile } from 'node:child_process'

/** A page on an origin of its own. */
export interface Page {
  /** What the server has to allow: `http://127.0.0.1:<port>`. */
  readonly origin: string
  close(): Promise<void>
}

export interface Upload {
  url: string
  token: string
  /** Path of the file; the last segment is the name that is sent. */
  file: string
  /** The page that the browser client uploads from. */
  page?: Page
}

export interface Outcome {
  status: number
  body: string
}

export interface ReplayOutcome extends Outcome {
  /** By names in lower case. */
  readonly headers: ReadonlyMap<string, string>
}

const enoughMs = 120_000

/** Runs a program that prints the status, a line break and the body. */
export async function runProgram(program: string, args: readonly string[]): Promise<Outcome> {
  const printed = await output(program, args)
  const [status = ''] = printed.split('\n', 1)
  return { status: Number(status), body: printed.slice(status.length + 1) }
}

export function output(program: string, args: readonly string[]): Promise<string> {
  // Without a UTF-8 locale Java and Mono cannot even read the name that they are given; a proxy has no part in this.
  const env = { ...process.env, LC_ALL: 'C.UTF-8', http_proxy: '', HTTP_PROXY: '', no_proxy: '127.0.0.1' }
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: enoughMs, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${program} failed: ${stderr || error.message}`, { cause: error }))
    })
  })
}
