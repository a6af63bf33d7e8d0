// Three equal nodes on one PostgreSQL and one object store, and what becomes of uploads when any of these goes away.
import { after, before, describe } from 'node:test'
import { missing, need } from '../../support/require.ts'
import { startCluster, type Cluster } from './nodes/cluster.ts'
import { testFailures } from './nodes/failures.ts'
import { testSharing } from './nodes/sharing.ts'
import { testSweeping } from './nodes/sweeping.ts'

describe('nodes on PostgreSQL and S3', { skip: missing('postgres', 'ceph'), timeout: 400_000 }, () => {
  let cluster: Cluster

  before(async () => {
    need('postgres', 'ceph')
    cluster = await startCluster()
  })
  after(() => cluster.stop())

  const running = () => cluster
  testSweeping(running)
  testSharing(running)
  testFailures(running)
})
