import { serveDossier } from './dossier.ts'
import { runPlan } from './plan.ts'
import { resetPeak, memoryNow, peakMemory } from './process-memory.ts'

const MEBIBYTE = 1_048_576
const LIMIT = 250 * MEBIBYTE

/** Peak resident memory of all server processes during concurrent 100 MB uploads. Returns false above 250 MB. */
export async function measureMemory(uploads = 50): Promise<boolean> {
  const server = await serveDossier()
  try {
    const before = memoryNow(server.pid)
    resetPeak(server.pid)
    const result = await runPlan({
      ...server.plan(100 * MEBIBYTE),
      connections: uploads,
      requests: uploads,
      seconds: 600,
    })
    if (result.refused > 0 || result.answers !== uploads)
      throw new Error(`${String(result.refused)} of ${String(result.answers)} uploads were refused`)
    const peak = peakMemory(server.pid)
    process.stdout.write(`memory: ${String(uploads)} uploads of 100 MB at once in ${result.seconds.toFixed(1)} s\n`)
    process.stdout.write(
      `  peak resident memory of all server processes: ${inMegabytes(peak)} MB (at rest ${inMegabytes(before)} MB; limit ${inMegabytes(LIMIT)} MB)\n`,
    )
    return peak <= LIMIT
  } finally {
    await server.stop()
  }
}

function inMegabytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(0)
}
