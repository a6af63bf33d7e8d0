/**
 * Counts, kept where any thread can read them: each thread adds to a sheet of its own in shared memory, so that counting
 * costs an addition, and whoever shows the counts adds the sheets up. What is counted is declared once, before it begins.
 */

export type Labels = Readonly<Record<string, string>>

/** One thread's counts. */
export type MetricsBuffer = Float64Array<SharedArrayBuffer>

export interface Series {
  readonly labels: Labels
  /** Its slot; a histogram's first one. */
  readonly at: number
}

/** What is counted under one name, as Prometheus has it. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Upper ends of a histogram's buckets, the last (infinite) one left out. A slot for each bucket, then one for the sum. */
  readonly bounds: readonly number[]
  readonly series: readonly Series[]
  /** Whether series that are still empty are left out where it is shown. */
  readonly isSparse: boolean
  /** Whether each thread's count is shown by itself, and not their sum. */
  readonly isPerThread: boolean
}

export interface MetricsLayout {
  readonly families: readonly Family[]
  /** Declares a family; answers how to declare its series, which answers their slots. */
  family(given: Pick<Family, 'name' | 'help' | 'type'> & Partial<Family>): (labels?: Labels) => number
  newBuffer(): MetricsBuffer
}

export function createMetricsLayout(): MetricsLayout {
  const families: Family[] = []
  let size = 0
  return {
    families,
    family(given) {
      const series: Series[] = []
      const family: Family = { bounds: [], isSparse: false, isPerThread: false, ...given, series }
      families.push(family)
      return (labels = {}) => {
        const at = size
        size += family.type === 'histogram' ? family.bounds.length + 2 : 1
        series.push({ labels, at })
        return at
      }
    },
    newBuffer: () => new Float64Array(new SharedArrayBuffer(size * Float64Array.BYTES_PER_ELEMENT)),
  }
}

export function add(buffer: MetricsBuffer, at: number, amount: number): void {
  buffer[at] = (buffer[at] ?? 0) + amount
}

/** One more value of a histogram. */
export function observe(buffer: MetricsBuffer, at: number, bounds: readonly number[], value: number): void {
  let bucket = 0
  while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket++
  add(buffer, at + bucket, 1)
  add(buffer, at + bounds.length + 1, value)
}
