/** What an attack costs: processor time of this process, for the clock also counts what the machine does besides. */

/** In milliseconds, however the work ends. */
export async function processorTimeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await Promise.resolve()
    .then(work)
    .catch(() => undefined)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
