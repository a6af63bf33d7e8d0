/** What the writer thread counts of its work. */
import { add, createMetricsLayout, observe, type MetricsBuffer } from '../../core/ports/metrics-buffer.ts'

const GROUP_SIZES: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256]
const COMMIT_SECONDS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5,
]

export const writerLayout = createMetricsLayout()

const slots = {
  group: writerLayout.family({
    name: 'dossier_writer_group_size',
    help: 'Operations that the writer thread committed together.',
    type: 'histogram',
    bounds: GROUP_SIZES,
  })(),
  commit: writerLayout.family({
    name: 'dossier_writer_commit_seconds',
    help: 'Time until what was committed is on the disk.',
    type: 'histogram',
    bounds: COMMIT_SECONDS,
  })(),
  work: writerLayout.family({
    name: 'dossier_writer_group_seconds',
    help: 'Time of one group on the writer thread, to the end of its transaction.',
    type: 'histogram',
    bounds: COMMIT_SECONDS,
  })(),
  failed: writerLayout.family({
    name: 'dossier_writer_failed_operations_total',
    help: 'Operations of the catalog that were taken back because they failed.',
    type: 'counter',
  })(),
}

/** One group was worked off, in so many milliseconds. */
export function countGroup(buffer: MetricsBuffer, operations: number, took: number): void {
  observe(buffer, slots.group, GROUP_SIZES, operations)
  observe(buffer, slots.work, COMMIT_SECONDS, took / 1000)
}

/** What had been worked off came to the disk, in so many milliseconds. */
export function countCommit(buffer: MetricsBuffer, took: number): void {
  observe(buffer, slots.commit, COMMIT_SECONDS, took / 1000)
}

export function countFailed(buffer: MetricsBuffer, operations: number): void {
  add(buffer, slots.failed, operations)
}
