/** One seed for a whole suite: DOSSIER_CRASH_SEED repeats a run, and whatever fails names it. */
export const seed = Number(process.env['DOSSIER_CRASH_SEED']) || Math.trunc(Math.random() * 2 ** 31)

/** Runs the work; a failure says with which seed it is had again. */
export async function seeded(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    throw new Error(
      `with DOSSIER_CRASH_SEED=${String(seed)}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    )
  }
}
