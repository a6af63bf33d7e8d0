// One more node at the engines of another: over a network that stalls, of the former build, with downloads sent on to the store.
import { after, before, describe } from 'node:test'
import { missing, need } from '../../support/require.ts'
import { startCluster, type Cluster } from './nodes/cluster.ts'
import { testRedirects } from './nodes/redirects.ts'
import { testStalls } from './nodes/stalls.ts'
import { testUpgrade } from './nodes/upgrade.ts'
import { testWrongSettings } from './nodes/wrong-settings.ts'

describe('a node among others', { skip: missing('postgres', 'ceph'), timeout: 400_000 }, () => {
  let cluster: Cluster

  before(async () => {
    need('postgres', 'ceph')
    cluster = await startCluster(1)
  })
  after(() => cluster.stop())

  const running = () => cluster
  testWrongSettings(running)
  testRedirects(running)
  testUpgrade(running)
  testStalls(running)
})
