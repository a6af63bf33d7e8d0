/**
 * Metrics readable from any thread: each thread adds to its own buffer in shared memory, so that counting costs one
 * addition, and the exporter sums the buffers. All families are declared before the first buffer is created.
 */

export type Labels = Readonly<Record<string, string>>

/** One thread's counts. */
export type MetricsBuffer = Float64Array<SharedArrayBuffer>

interface Series {
  readonly labels: Labels
  /** Index of its slot in a buffer; for a histogram, of its first slot. */
  readonly at: number
}

/** A metric family, as defined by Prometheus. */
export interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Upper bounds of a histogram's buckets, without the infinite one. It has one slot per bucket, then one for the sum. */
  readonly bounds: readonly number[]
  readonly series: readonly Series[]
  /** Whether series without values are left out of the output. */
  readonly isSparse: boolean
  /** Whether the output shows each thread's value instead of their sum. */
  readonly isPerThread: boolean
}

export interface MetricsLayout {
  readonly families: readonly Family[]
  /** Declares a family; returns a function that declares a series and returns its slot. */
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

/** Adds one value to a histogram. */
export function observe(buffer: MetricsBuffer, at: number, bounds: readonly number[], value: number): void {
  let bucket = 0
  while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket++
  add(buffer, at + bucket, 1)
  add(buffer, at + bounds.length + 1, value)
}
