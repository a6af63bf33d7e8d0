/** Measures several servers, all running, in turn, so that other load on the machine affects all of them equally. */
import { median, table } from './report.ts'

export interface Contender {
  readonly name: string
  /** Takes one measurement, in the comparison's unit. */
  measure(): Promise<number>
}

export interface Comparison {
  readonly title: string
  readonly unit: string
  /** Number of rounds, after one warm-up round. */
  readonly rounds: number
  /** The first is compared with each of the others. */
  readonly contenders: readonly Contender[]
  /** Minimum (`less`: maximum) of the first one's median, as a multiple of the named contender's. */
  readonly reach?: Readonly<Record<string, number>>
  /** Maximum of a contender's median, by its name. */
  readonly most?: Readonly<Record<string, number>>
  /** Whether smaller values are better; default false. */
  readonly less?: boolean
}

/** Prints a table. Returns false if a target is missed. */
export async function compare(comparison: Comparison): Promise<boolean> {
  const { contenders, rounds } = comparison
  const values = contenders.map((): number[] => [])
  for (let round = -1; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const value = await contender.measure()
      if (round >= 0) values[index]?.push(value)
    }
  }
  return report(comparison, values)
}

function report(comparison: Comparison, values: readonly (readonly number[])[]): boolean {
  const { title, unit, contenders } = comparison
  const ours = median(values[0] ?? [])
  const results = contenders.map(({ name }, index) => resultOf(comparison, name, ours, median(values[index] ?? [])))
  const rows = contenders.map(({ name }, index) => {
    const list = values[index] ?? []
    const range = `${formatNumber(Math.min(...list))} to ${formatNumber(Math.max(...list))}`
    const ratio = index === 0 ? '' : `${(ours / median(list)).toFixed(2)}x`
    return [name, formatNumber(median(list)), unit, range, ratio, results[index]?.text ?? '']
  })
  const head = ['', 'median', '', 'range', `${contenders[0]?.name ?? ''} is`, 'to reach']
  process.stdout.write(`${title}\n${table(head, rows)}\n\n`)
  return results.every(({ holds }) => holds)
}

function resultOf(
  { reach = {}, most = {}, less = false, unit }: Comparison,
  name: string,
  ours: number,
  theirs: number,
): { holds: boolean; text: string } {
  const [bound, limit] = [reach[name], most[name]]
  if (bound === undefined && limit === undefined) return { holds: true, text: '' }
  const isShort = bound !== undefined && (less ? ours > bound * theirs : ours < bound * theirs)
  const holds = !isShort && !(limit !== undefined && theirs > limit)
  const targetText =
    bound === undefined ? `at most ${String(limit)} ${unit}` : `${less ? 'at most ' : ''}${String(bound)}x`
  return { holds, text: `${targetText}${holds ? '' : ' MISSED'}` }
}

function formatNumber(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}
