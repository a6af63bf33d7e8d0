/** A thread's state, sampled once a second into its buffer, so that any thread can report that of all. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { MetricsBuffer } from '../core/ports/metrics-buffer.ts'
import { QUANTILES, type ThreadSlots } from './thread-families.ts'

const SAMPLE_INTERVAL_MS = 1_000
/** Number of samples after which the histogram of the event loop's delay is reset. */
const SAMPLES_PER_RESET = 10
const RESOLUTION_MS = 20

interface ThreadSampler {
  /** Takes a sample now. */
  take(): void
  stop(): void
}

/** `waiting`: number of operations that wait for the writer thread. */
export function openThreadSampler(buffer: MetricsBuffer, slots: ThreadSlots, waiting: () => number): ThreadSampler {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let before = performance.eventLoopUtilization()
  let samples = 0
  const take = () => {
    buffer[slots.waiting] = waiting()
    buffer[slots.heap] = process.memoryUsage().heapUsed
    if (delay.count === 0) return
    // Node measures the time between two timer ticks, not how late they are: the resolution is subtracted.
    for (const [index, quantile] of QUANTILES.entries())
      buffer[slots.delays[index] ?? 0] = Math.max(0, delay.percentile(quantile * 100) / 1e9 - RESOLUTION_MS / 1000)
  }
  const onInterval = () => {
    take()
    const now = performance.eventLoopUtilization()
    buffer[slots.utilization] = performance.eventLoopUtilization(now, before).utilization
    before = now
    if (++samples % SAMPLES_PER_RESET === 0) delay.reset()
  }
  const timer = setInterval(onInterval, SAMPLE_INTERVAL_MS)
  timer.unref()
  return {
    take,
    stop() {
      clearInterval(timer)
      delay.disable()
    },
  }
}
