import { createInterface } from 'node:readline/promises'
import type { Options } from './options.ts'
import { Refusal } from './status.ts'
import { printable } from './table.ts'

/** Prompts on a terminal; without one, --yes is required. */
export async function mustConfirm(options: Options, question: string): Promise<void> {
  if (options['yes'] === true) return
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new Refusal('usage', `${printable(question)} Say so with --yes.`)
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${printable(question)} [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw new Refusal('failed', 'Nothing was removed.')
}
