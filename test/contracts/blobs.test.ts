import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDiskBlobs } from '../../src/blobs/disk.ts'
import { createMemoryBlobs } from '../../src/blobs/memory.ts'
import { blobContract } from './blob-contract.ts'

blobContract('in memory', async () => {
  const store = createMemoryBlobs()
  return { store, close: () => store.close() }
})

blobContract('on disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dossier-blobs-'))
  const store = await openDiskBlobs(folder)
  const close = async () => {
    await store.close()
    await rm(folder, { recursive: true })
  }
  return { store, close }
})
