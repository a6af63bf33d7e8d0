/** Processor time of the processes of a run, by program. */
import { readFileSync } from 'node:fs'
import { childrenOf } from './process-memory.ts'

/** Seconds per clock tick in /proc, which is the same on every Linux. */
const TICK = 0.01

/** Seconds by program, of all running descendants of this process; `named` overrides the name of a process. */
export function processorTime(named: ReadonlyMap<number, string>): Map<string, number> {
  const times = new Map<string, number>()
  for (const pid of childrenOf(process.pid)) {
    const [name, seconds] = timeOf(pid)
    const key = named.get(pid) ?? name
    times.set(key, (times.get(key) ?? 0) + seconds)
  }
  return times
}

function timeOf(pid: number): [name: string, seconds: number] {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
    const end = text.lastIndexOf(')')
    const fields = text.slice(end + 2).split(' ')
    // Includes ended children: PostgreSQL runs one process per connection.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return [text.slice(text.indexOf('(') + 1, end), ticks * TICK]
  } catch {
    return ['', 0]
  }
}
