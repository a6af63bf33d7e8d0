import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Peak resident memory in bytes of a process and its descendants, from /proc. */
export function peakMemory(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + readField(each, 'VmHWM'), 0)
}

/** Current resident memory in bytes of a process and its descendants. */
export function memoryNow(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + readField(each, 'VmRSS'), 0)
}

/** Resets the peak, because a start briefly needs more memory than serving. */
export function resetPeak(pid: number): void {
  for (const each of [pid, ...childrenOf(pid)]) writeFileSync(`/proc/${String(each)}/clear_refs`, '5')
}

function readField(pid: number, name: 'VmHWM' | 'VmRSS'): number {
  try {
    return (
      Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0) *
      1024
    )
  } catch {
    return 0
  }
}

export function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${String(pid)}/task`)
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((id) => id !== '')
      .map(Number),
  )
  return children.flatMap((child) => [child, ...childrenOf(child)])
}
