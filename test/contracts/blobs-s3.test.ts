import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import { abortUnfinished } from '../../src/blobs/s3-list.ts'
import { openS3Blobs } from '../../src/blobs/s3.ts'
import { newBlobKey } from '../../src/core/model/ids.ts'
import { ACCESS_KEY, SECRET_KEY, startCeph, type Ceph } from '../../engines/ceph.ts'
import { testCuts } from './blobs-s3-cuts.ts'
import { missing, need } from '../support/require.ts'
import { blobContract } from './blob-contract.ts'
import { never, oddly, read } from './blob-reading.ts'

process.env['AWS_ACCESS_KEY_ID'] = ACCESS_KEY
process.env['AWS_SECRET_ACCESS_KEY'] = SECRET_KEY

describe('blobs in S3', { skip: missing('ceph') }, () => {
  let ceph: Ceph

  before(async () => {
    need('ceph')
    ceph = await startCeph()
  })
  after(() => ceph.remove())

  async function options(prefix: string) {
    return { bucket: await ceph.bucket(), prefix, endpoint: ceph.endpoint, region: 'us-east-1', pathStyle: true }
  }

  for (const prefix of ['', 'files/of-dossier/']) {
    blobContract(`in Ceph, ${prefix === '' ? 'no prefix' : 'under a prefix'}`, async () => {
      const store = openS3Blobs(await options(prefix))
      return { store, close: () => store.close() }
    })
  }

  test('a large file goes up in parts and comes back by ranges across them', async () => {
    const store = openS3Blobs(await options('large/'))
    const bytes = randomBytes(25_000_003)
    const key = newBlobKey()
    await store.put(key, oddly(bytes), never)
    assert.ok(bytes.equals((await read(store, key)) ?? Buffer.alloc(0)))
    const part = 8 * 1_048_576
    const across = { start: part - 10, end: part + 10 }
    assert.deepEqual(await read(store, key, across), bytes.subarray(across.start, across.end + 1))
    await store.close()
  })

  testCuts(() => ceph.endpoint, options)

  test('what a dead node began is given up, and nothing younger', async () => {
    const { bucket, endpoint, region } = await options('')
    const client = new S3Client({ endpoint, region, forcePathStyle: true })
    const at = { client, bucket, prefix: 'x/' }
    await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: `x/${newBlobKey()}` }))
    const unfinished = async () =>
      (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? []
    assert.equal(await abortUnfinished(at, Date.now() - 3_600_000), 0)
    assert.equal((await unfinished()).length, 1)
    assert.equal(await abortUnfinished(at, Date.now() + 3_600_000), 1)
    assert.equal((await unfinished()).length, 0)
    client.destroy()
  })
})
