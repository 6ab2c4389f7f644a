import { startCluster, type Cluster } from '../support/cluster.ts'
import { needsRedis } from '../support/redis.ts'
import { codes } from './codes.ts'
import { death } from './death.ts'
import { outage } from './outage.ts'
import { polls } from './polls.ts'
import { repeats } from './repeats.ts'

// One file for mocha, so that all of these have one cluster: it takes longer to start than most of
// them take to run.
describe('Four processes with one Redis', function () {
  this.timeout(60_000)

  let started: Cluster
  const cluster = () => started

  before(async function () {
    needsRedis(this)
    started = await startCluster()
  })

  beforeEach(() => started.empty())

  polls(cluster)
  codes(cluster)
  repeats(cluster)
  death(cluster)
  outage(cluster)
})
