import { HistoryMistakeError } from '../checkers/checker.ts'
import type { Call, Diagnosis, Impasse, Model } from './model.ts'

interface MutexCall extends Call {
  readonly f: 'acquire' | 'release'
}

const [FREE, HELD] = [0, 1]

/** A lock that one at a time holds. Who releases it does not matter: a holder may pass it on. */
export const mutex: Model<MutexCall> = {
  functions: { acquire: 'nothing → anything', release: 'nothing → anything' },
  observers: ['acquire'],
  start: () => FREE,
  call(operation) {
    const { f, outcome } = operation
    if (f !== 'acquire' && f !== 'release')
      throw new HistoryMistakeError('linearizable', operation, 'is no operation of a mutex')
    if (outcome === 'fail') return undefined
    const [before, after] = f === 'acquire' ? [FREE, HELD] : [HELD, FREE]
    return {
      operation,
      f,
      isRead: false,
      isOverwrite: false,
      effect: f,
      step: (state) => (state === before ? after : undefined),
    }
  },
  omissible(calls) {
    // Where each process releases only what it acquired, the release that comes next behind an acquire is its own: nobody else
    // has anything to release. Without the two the lock is as free as it was before.
    const holds: MutexCall[][] = []
    for (const ofProcess of Map.groupBy(calls, ({ operation }) => operation.process).values()) {
      if (ofProcess.some(({ f }, place) => f !== (place % 2 === 0 ? 'acquire' : 'release'))) return []
      for (let place = 0; place < ofProcess.length; place += 2) holds.push(ofProcess.slice(place, place + 2))
    }
    return holds
  },
  diagnose,
  describe: (state) => (state === FREE ? 'is free' : 'is held'),
}

function diagnose({ culprit, calls }: Impasse<MutexCall>): Diagnosis | undefined {
  const { f } = culprit
  const others = calls.filter((one) => one !== culprit)
  const releases = others.filter((one) => one.f === 'release').length
  const acquires = others.filter((one) => one.f === 'acquire')
  if (f === 'release') {
    if (releases < acquires.length) return undefined
    return { kind: 'release-of-free', contradiction: () => 'although nobody held it', operations: [] }
  }
  const holders = acquires.map((one) => one.operation).filter(({ outcome }) => outcome === 'ok')
  const last = holders.at(-1)
  if (last === undefined || holders.length <= releases) return undefined
  const begun =
    releases === 0 ? 'nobody had begun to release it' : `of ${holders.length} only ${releases} had begun to release it`
  return {
    kind: 'two-holders',
    contradiction: (text) => `although ${text(last)} held it, and ${begun}`,
    operations: [last],
  }
}
