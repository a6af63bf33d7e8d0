/** What the processes of a run have used of the processor, by what they are. */
import { readFileSync } from 'node:fs'
import { childrenOf } from './process-memory.ts'

/** Clock ticks of the kernel's accounting are hundredths of a second on every Linux. */
const TICK = 0.01

/** Seconds by program, of all that this process has started and that still runs; `named` tells processes of one program apart. */
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
    // Its own, and that of its children which have ended: a connection to PostgreSQL is a process.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
    return [text.slice(text.indexOf('(') + 1, end), ticks * TICK]
  } catch {
    return ['', 0]
  }
}
