import { readdirSync, readFileSync } from 'node:fs'

/** Peak resident memory in bytes of a process, its threads, and all that it started, from the kernel's own accounting. */
export function peakMemory(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + highWater(each), 0)
}

function highWater(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${String(pid)}/task`)
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/${String(pid)}/task/${task}/children`, 'utf8')
      .split(' ')
      .filter((id) => id !== '')
      .map(Number),
  )
  return children.flatMap((child) => [child, ...childrenOf(child)])
}
