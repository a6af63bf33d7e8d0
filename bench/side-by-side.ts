/** Several that do the same work, all alive at once, measured in turn: what else the machine does hits all of them alike. */
import { median, table } from './report.ts'

export interface Contender {
  readonly name: string
  /** One measurement, in the comparison's unit. */
  measure(): Promise<number>
}

export interface Comparison {
  readonly title: string
  readonly unit: string
  /** Measured so often, after one round that warms up. */
  readonly rounds: number
  /** The first is the one that the others are held against. */
  readonly contenders: readonly Contender[]
  /** What the first one's median must be at least (`less`: at most), as a multiple of another's. */
  readonly reach?: Readonly<Record<string, number>>
  /** What a contender's own median may be at most, by its name. */
  readonly most?: Readonly<Record<string, number>>
  /** Whether less is better; more is, unless told. */
  readonly less?: boolean
}

/** Prints a table. False when a ratio falls short. */
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
  const verdicts = contenders.map(({ name }, index) => verdictOn(comparison, name, ours, median(values[index] ?? [])))
  const rows = contenders.map(({ name }, index) => {
    const list = values[index] ?? []
    const range = `${inDigits(Math.min(...list))} to ${inDigits(Math.max(...list))}`
    const ratio = index === 0 ? '' : `${(ours / median(list)).toFixed(2)}x`
    return [name, inDigits(median(list)), unit, range, ratio, verdicts[index]?.text ?? '']
  })
  const head = ['', 'median', '', 'range', `${contenders[0]?.name ?? ''} is`, 'to reach']
  process.stdout.write(`${title}\n${table(head, rows)}\n\n`)
  return verdicts.every(({ holds }) => holds)
}

function verdictOn(
  { reach = {}, most = {}, less = false, unit }: Comparison,
  name: string,
  ours: number,
  theirs: number,
): { holds: boolean; text: string } {
  const [bound, limit] = [reach[name], most[name]]
  if (bound === undefined && limit === undefined) return { holds: true, text: '' }
  const isShort = bound !== undefined && (less ? ours > bound * theirs : ours < bound * theirs)
  const holds = !isShort && !(limit !== undefined && theirs > limit)
  const asked = bound === undefined ? `at most ${String(limit)} ${unit}` : `${less ? 'at most ' : ''}${String(bound)}x`
  return { holds, text: `${asked}${holds ? '' : ' MISSED'}` }
}

function inDigits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}
