import { expect } from '@jest/globals'
import { eventually, openSuite } from '@proving-ground/core-harness/guarantee'
import { mutex } from '@proving-ground/core-harness/history/checkers/mutex'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range, type Context, type Node } from './cluster-of-nodes.ts'
import { Contender, GuardedResource } from './lock-contender.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const WAITING = { ...A_MINUTE, waitMs: 20_000 }
/** Runs out while its holder sleeps. */
const SHORT = { ttlMs: 300, waitMs: 20_000 }

/** All hold the lock for as long as they like: nobody's time runs out. */
async function contend(context: Context, nodes: readonly Node[]): Promise<void> {
  const journal = context.history('awake')
  const resource = new GuardedResource()
  let [asking, waited] = [0, 0]
  const takeTurns = async (contender: Contender): Promise<void> => {
    for (const _ of range(8)) {
      asking++
      const handle = await contender.acquire('payout', WAITING)
      asking--
      expect(handle).toBeDefined()
      // Who asks while another holds it has to wait.
      waited += asking
      await contender.use(handle!)
      await contender.release(handle!)
    }
  }
  const contenders = [...nodes, ...nodes].map((node) => new Contender(journal, node.service, resource))
  await Promise.all(contenders.map(takeTurns))
  context.sometimes('an acquire had to wait', waited)
  await context.check(journal, mutex, { exclusion: 'strict' })
}

/** One holder is stopped beyond its TTL while another takes the lock and writes, and goes on writing when it wakes. */
async function oversleep(context: Context, [sleeper, ...others]: readonly Node[]): Promise<void> {
  const journal = context.history('paused')
  const resource = new GuardedResource()
  const contenders = others.map((node) => new Contender(journal, node.service, resource))
  const sleepy = new Contender(journal, sleeper!.service, resource)
  let overslept = 0
  for (const _ of range(3)) {
    const mine = await sleepy.acquire('payout', SHORT)
    await sleepy.use(mine!)
    await sleeper!.pause()
    const { writes } = resource
    const late = sleepy.use(mine!)
    const taken = contenders.map(async (contender) => {
      const handle = await contender.acquire('payout', SHORT)
      if (handle === undefined) return
      await contender.use(handle)
      await contender.release(handle)
    })
    await eventually(() => resource.writes > writes, {
      withinMs: 10_000,
      describe: 'another writes with the lock of the one that sleeps',
    })
    await sleeper!.resume()
    overslept += Number(!(await late))
    await sleepy.release(mine!)
    await Promise.all(taken)
  }
  context.sometimes('the lock expired while held', overslept)
  await context.check(journal, mutex, { exclusion: 'at-resource' })
}

guarantee('cache.lock.mutual-exclusion', async (context) => {
  const nodes = await hostCluster(context, 3)
  await oversleep(context, nodes)
  await contend(context, nodes)
})
