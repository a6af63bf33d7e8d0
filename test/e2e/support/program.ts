/** Runs the program to its end and answers all that it said; for commands that are to fail as well. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { root } from './server.ts'

export interface Ended {
  readonly status: number
  readonly out: string
  readonly err: string
}

const ENOUGH_MS = 60_000

export function runProgram(...words: string[]): Promise<Ended> {
  return runProgramIn({}, ...words)
}

export function runProgramIn(env: Readonly<Record<string, string>>, ...words: string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: ENOUGH_MS }
    execFile(process.execPath, [join(root, 'src', 'main.ts'), ...words], options, (error, out, err) => {
      if (error === null) resolve({ status: 0, out, err })
      else if (typeof error.code === 'number') resolve({ status: error.code, out, err })
      else reject(new Error(`dossier ${words.join(' ')} did not end by itself: ${err}`, { cause: error }))
    })
  })
}
