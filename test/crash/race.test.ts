// Uploads of identical bytes, deletions of their last holder and sweeps at once:
// afterwards no row is without bytes and no bytes are without a row.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openDiskBlobs } from '../../src/blobs/disk.ts'
import { openSqliteCatalog } from '../../src/catalog/sqlite/open.ts'
import { newDesk, race, RACES } from './racing.ts'
import { seeded } from './seed.ts'
import { inFolder, mustBeTidy } from './tidiness.ts'

const ROUNDS = 10_000

describe(`${String(ROUNDS)} uploads, deletions, reads and sweeps at once`, () => {
  for (const [name, terms] of RACES) {
    test(name, { timeout: 120_000 }, async (context) => {
      const folder = mkdtempSync(join(tmpdir(), 'dossier-race-'))
      const catalog = await openSqliteCatalog({ folder })
      const blobs = await openDiskBlobs(join(folder, 'blobs'))
      try {
        await seeded(async () => {
          context.diagnostic(await race({ desks: [newDesk(catalog, blobs)], rounds: ROUNDS, ...terms }))
          await mustBeTidy(inFolder(folder))
        })
      } finally {
        await catalog.close()
        await blobs.close()
        rmSync(folder, { recursive: true, force: true })
      }
    })
  }
})
