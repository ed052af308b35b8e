import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions } from '../src/contract.ts'
import { A_MINUTE, hostCluster, range } from './cluster-of-nodes.ts'
import { isNot, observeChange, wrongIn } from './observation.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

guarantee('cache.session.coherent-logout', async (context) => {
  const nodes = await hostCluster(context, 4)
  let longestOpenMs = 0
  let lateReads = 0
  for (const round of range(6)) {
    const [sessionId, other] = [`session ${round}`, `session ${round} of another browser`]
    const [login, logout] = [nodes[round % 4]!.service.sessions, nodes[(round + 2) % 4]!.service.sessions]
    await login.start(sessionId, 'user 7', A_MINUTE)
    await login.start(other, 'user 7', A_MINUTE)

    const observed = await observeChange(
      nodes.map((node) => () => node.service.sessions.get(sessionId)),
      'user 7',
      () => logout.end(sessionId),
    )

    expect(wrongIn(observed.late, isNot<unknown>(undefined))).toBeUndefined()
    for (const node of nodes) expect(await node.service.sessions.get(other)).toBe('user 7')
    lateReads += observed.late.length
    longestOpenMs = Math.max(longestOpenMs, observed.longestStaleMs)
  }
  context.evidence({ logouts: 6, nodes: 4, lateReads, longestOpenMs })
})
