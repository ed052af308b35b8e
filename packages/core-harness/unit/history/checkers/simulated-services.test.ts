import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { canary } from '../../../src/history/checkers/canary.ts'
import type { Checker } from '../../../src/history/checkers/checker.ts'
import { convergence } from '../../../src/history/checkers/convergence.ts'
import { monotonic } from '../../../src/history/checkers/monotonic.ts'
import { perKeyOrder } from '../../../src/history/checkers/per-key-order.ts'
import { setFull } from '../../../src/history/checkers/set-full.ts'
import { totalQueue } from '../../../src/history/checkers/total-queue.ts'
import { uniqueEffects } from '../../../src/history/checkers/unique-effects.ts'
import { effectService } from '../simulated/effect-service.ts'
import { logService } from '../simulated/log-service.ts'
import { queueService } from '../simulated/queue-service.ts'
import { replicatedService } from '../simulated/replicated-service.ts'
import { simulate } from '../simulated/service.ts'
import type { Service, Simulated } from '../simulated/service.ts'
import { setService } from '../simulated/set-service.ts'
import { tenantService } from '../simulated/tenant-service.ts'
import { versionedService } from '../simulated/versioned-service.ts'

const SEEDS = Array.from({ length: 150 }, (_, seed) => seed)

interface Subject {
  readonly checker: Checker<unknown>
  readonly options: object
  readonly simulated?: Simulated
  readonly open: (bug?: never) => Service
  /** Each with the kinds that may be seen besides, because the bug does that as well. */
  readonly bugs: Readonly<Record<string, readonly string[]>>
}

const SUBJECTS: readonly Subject[] = [
  {
    checker: setFull,
    options: { linearizable: true },
    open: setService,
    bugs: { lost: [], stale: ['lost'], unexpected: [], duplicate: [] },
  },
  {
    checker: totalQueue,
    options: {},
    // Each dequeue of which nothing is heard may have taken what is missing.
    simulated: { unheardShare: 0.01 },
    open: queueService,
    bugs: { lost: [], unexpected: [], duplicate: [] },
  },
  {
    checker: perKeyOrder,
    options: {},
    // Each consume of which nothing is heard leaves every gap in doubt.
    simulated: { unheardShare: 0.005 },
    open: logService,
    // When nothing was heard of a first delivery, the second may come out of order.
    bugs: { gap: [], inversion: [], redelivery: ['inversion'], unexpected: [] },
  },
  {
    checker: uniqueEffects,
    options: {},
    open: effectService,
    bugs: {
      'duplicate-effect': [],
      // Of a request that was accepted nothing may be heard.
      'conflict-accepted': ['duplicate-effect'],
      'conflict-replayed': [],
      'lost-effect': [],
      'shared-effect': [],
      'unexpected-effect': [],
    },
  },
  {
    checker: monotonic,
    options: { initial: 0 },
    open: versionedService,
    bugs: { stale: [], unexpected: ['stale', 'backward'] },
  },
  { checker: monotonic, options: { initial: 0, boundMs: 1e6 }, open: versionedService, bugs: { backward: [] } },
  { checker: canary, options: {}, open: tenantService, bugs: { leak: [] } },
  { checker: convergence, options: { deadlineMs: 20 }, open: replicatedService, bugs: { diverged: [], late: [] } },
]

const BUGS = SUBJECTS.flatMap((subject) =>
  Object.entries(subject.bugs).map(([bug, besides]) => ({ ...subject, name: subject.checker.name, bug, besides })),
)

test.each(SUBJECTS.map((subject) => ({ ...subject, name: subject.checker.name })))(
  '$name finds nothing wrong with a service that is right, and says so nearly always',
  ({ checker, options, simulated, open }) => {
    const results = SEEDS.map((seed) =>
      checker.check(simulate(seed, open(), simulated), checker.options.parse(options)),
    )
    expect(results.flatMap(({ anomalies }) => anomalies)).toEqual([])
    expect(results.filter(({ verdict }) => verdict === 'valid').length).toBeGreaterThan(0.6 * SEEDS.length)
  },
)

test.each(BUGS)(
  '$name names what is wrong with a service: $bug',
  ({ checker, options, simulated, open, bug, besides }) => {
    const settled = checker.options.parse(options)
    let caught = 0
    for (const seed of SEEDS) {
      const { verdict, anomalies, counterexample } = checker.check(
        simulate(seed, open(bug as never), simulated),
        settled,
      )
      const kinds = new Set(anomalies.map(({ kind }) => kind))
      caught += Number(kinds.delete(bug))
      for (const beside of besides) kinds.delete(beside)
      expect([...kinds]).toEqual([])
      if (verdict !== 'invalid' || counterexample === undefined) continue
      // The operations of the counter-example alone show the first anomaly.
      const [{ kind } = { kind: '' }] = anomalies
      expect(checker.check(counterexample, settled)).toMatchObject({ verdict: 'invalid' })
      expect(checker.check(counterexample, settled).counts[kind]).toBeGreaterThan(0)
    }
    expect(caught).toBeGreaterThan(0.5 * SEEDS.length)
  },
)

test.each(SUBJECTS.map((subject) => ({ ...subject, name: subject.checker.name })))(
  '$name never calls a history invalid that a right service made, however many clients ask and whatever they hear',
  ({ checker, options, open }) => {
    const settled = checker.options.parse(options)
    const simulated = fc.record({
      clients: fc.integer({ min: 1, max: 12 }),
      requests: fc.integer({ min: 1, max: 120 }),
      unheardShare: fc.double({ min: 0, max: 0.8, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.nat(), simulated, (seed, shape) => {
        expect(checker.check(simulate(seed, open(), shape), settled).anomalies).toEqual([])
      }),
    )
  },
)
