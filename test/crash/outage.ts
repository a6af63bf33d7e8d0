/** A server is worked with behind the shim, the power is cut at a moment of its journal, and what is left is looked at. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../e2e/support/server.ts'
import { chanceOf, type Chance } from '../http/multipart/seeded.ts'
import {
  highlevelClient,
  mixedContents,
  openAccount,
  textOf,
  zohoClient,
  type Account,
  type Client,
} from './clients.ts'
import { inspect } from './inspection.ts'
import { readJournal, type Entry } from './journal.ts'
import { createLedger, type Ledger, type Upload } from './ledger.ts'
import { rebuild, type Kept } from './power-cut.ts'
import { openStage, quick, SERVE, type Rule } from './shim.ts'

export interface Recording {
  readonly account: Account
  readonly ledger: Ledger
  readonly entries: readonly Entry[]
  /** Moments right after an answer, as numbers of entries: where a promise is youngest. */
  readonly moments: readonly number[]
}

export interface Work {
  readonly seed: number
  /** How many clients there are, half of them of each dialect, and how much each uploads. */
  readonly clients: number
  readonly uploads: number
  readonly rules?: readonly Rule[]
  readonly nodeArgs?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Everything that happened on the disk from an empty folder to the end of an orderly stop. */
export async function record({
  seed,
  clients,
  uploads,
  rules = [],
  nodeArgs = '',
  env = {},
}: Work): Promise<Recording> {
  const stage = openStage({ journal: true })
  try {
    stage.arm(...rules)
    const server = await stage.start({ nodeArgs, env })
    const ledger = createLedger()
    const account = await openAccount(server, clients / 2)
    const began = statSync(stage.journal).size
    const working = Array.from({ length: clients }, (_, index) => {
      const client = (index % 2 === 0 ? zohoClient : highlevelClient)(server.origin, account, ledger, index >> 1)
      return work(client, chanceOf(seed + index), `${String(index)}`, uploads)
    })
    await Promise.all(working)
    await server.stop()
    const entries = readJournal(stage.journal)
    const answers = entries.flatMap(({ kind, end }, index) => (kind === 'answer' && end > began ? [index + 1] : []))
    return { account, ledger, entries, moments: answers }
  } finally {
    stage.remove()
  }
}

async function work(client: Client, chance: Chance, prefix: string, uploads: number): Promise<void> {
  const contents = mixedContents(chance)
  // Whatever chance brings, a file that lies in a folder of its own is among them and stays.
  await client.upload(`${prefix}-large.txt`, textOf(`large ${prefix} `, 100_000))
  for (let count = 1; count < uploads; count++) {
    const upload = await client.upload(`${prefix}-${String(count)}.txt`, contents.next())
    if (client.dialect === 'zoho' && chance.below(4) === 0) await client.remove(upload)
  }
}

/** Null when all that was acknowledged by then is there; else what is not. */
export async function lossAt(recording: Recording, moment: number, kept: Kept, chance: Chance): Promise<string | null> {
  const outside = mkdtempSync(join(tmpdir(), 'dossier-outage-'))
  try {
    const entries = recording.entries.slice(0, moment)
    const folder = join(outside, 'disk')
    rebuild(entries, folder, kept, chance)
    const server = await startServer({ folder: join(folder, 'data'), args: SERVE, env: quick })
    try {
      await inspect(server, recording.account, toldBy(entries, recording.ledger))
    } finally {
      await server.kill()
    }
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    rmSync(outside, { recursive: true, force: true })
  }
}

/** The ledger as it stood then: what had been answered by the last of these entries, and no more. */
function toldBy(entries: readonly Entry[], ledger: Ledger): Ledger {
  const answers = entries.filter(({ kind }) => kind === 'answer').map(({ bytes }) => bytes.toString('latin1'))
  const deletions = answers.filter((text) => text.includes('record deleted')).join()
  const others = answers.filter((text) => !text.includes('record deleted')).join()
  const then = (upload: Upload): Upload => {
    const id = basenameOf(upload)
    const deletion = deletions.includes(id) ? 'acknowledged' : upload.deletion === 'none' ? 'none' : 'asked'
    return { ...upload, place: others.includes(id) ? upload.place : null, deletion }
  }
  const uploads = new Map(ledger.uploads.map((upload) => [upload.name, then(upload)]))
  return {
    ...ledger,
    uploads: [...uploads.values()],
    find: (name) => uploads.get(name),
  }
}

/** The id of an upload, which stands in every answer that tells of it. */
function basenameOf({ place }: Upload): string {
  return place?.path.split('/').at(-1) ?? 'never acknowledged'
}
