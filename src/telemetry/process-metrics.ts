/** The metrics that Prometheus expects of any process, under their conventional names. */
import { readdirSync, readFileSync } from 'node:fs'
import { metric, type Metric } from './exposition.ts'

export function processMetrics(version: string): Metric[] {
  const { user, system } = process.cpuUsage()
  const one = (name: string, help: string, type: 'counter' | 'gauge', value: number | null) =>
    value === null ? [] : [metric(name, help, type, [{ labels: {}, value }])]
  return [
    ...one('process_cpu_user_seconds_total', 'User CPU time spent in seconds.', 'counter', user / 1e6),
    ...one('process_cpu_system_seconds_total', 'System CPU time spent in seconds.', 'counter', system / 1e6),
    ...one('process_cpu_seconds_total', 'CPU time spent in seconds.', 'counter', (user + system) / 1e6),
    ...one('process_resident_memory_bytes', 'Resident memory in bytes.', 'gauge', process.memoryUsage.rss()),
    ...one(
      'process_start_time_seconds',
      'Start, since 1970.',
      'gauge',
      Math.round(Date.now() / 1000 - process.uptime()),
    ),
    ...one('process_open_fds', 'Open file descriptors.', 'gauge', openFiles()),
    ...one('process_max_fds', 'The most file descriptors that may be open.', 'gauge', maxOpenFiles()),
    metric('dossier_build_info', 'Which Dossier this is, on which Node; always 1.', 'gauge', [
      { labels: { version, node: process.version }, value: 1 },
    ]),
  ]
}

/** Null on systems without /proc. */
function openFiles(): number | null {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return null
  }
}

function maxOpenFiles(): number | null {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return limit === undefined ? null : Number(limit)
  } catch {
    return null
  }
}
