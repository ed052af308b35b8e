import { checkEvidence } from '../../src/history/history-evidence.ts'
import type { HistoryEvidence } from '../../src/history/history-evidence.ts'
import type { CheckResult } from '../../src/history/checkers/checker.ts'
import type { FaultMark, History, Json, Operation, Outcome } from '../../src/history/operation.ts'
import { randomFrom } from './sample-workload.ts'

const MS = 1e6

/** Written by hand: who, what, with what, what it found, how it ended, from and to in milliseconds. */
export function operation(
  index: number,
  process: number,
  f: string,
  [input, output]: readonly [Json, Json],
  [fromMs, toMs]: readonly [number, number],
  more: Partial<Operation> = {},
): Operation {
  const times = { invokedNs: fromMs * MS, completedNs: toMs * MS }
  return { index, process, f, key: 'x', input, output, outcome: 'ok', ...times, ...more }
}

/** A register that loses the acknowledged write of 9 while its primary is paused. */
export function lostWrite(): readonly Operation[] {
  return [
    operation(0, 0, 'write', [9, 9], [11_990, 11_998]),
    operation(2, 1, 'write', [7, null], [11_992, 13_000], { outcome: 'info', error: 'ETIMEDOUT' }),
    operation(4, 3, 'read', [null, 9], [12_000, 12_005]),
    operation(5, 2, 'cas', [[1, 2], null], [12_001, 12_032], { outcome: 'fail', error: 'it was 9' }),
    operation(8, 3, 'read', [null, 7], [12_031, 12_033]),
  ]
}

/** As many operations of as many processes as are asked for; some fail, some are never heard of. */
export function sampleOperations(count: number, processes = 8): readonly Operation[] {
  const random = randomFrom(count)
  const free = Array.from({ length: processes }, () => 0)
  const names = Array.from({ length: processes }, (_, process) => process)
  let [atMs, nextProcess] = [0, processes]
  return Array.from({ length: count }, (_, index) => {
    const worker = Math.floor(random() * processes)
    atMs = Math.max(atMs + 0.4 * random(), Math.min(...free))
    const fromMs = Math.max(atMs, free[worker] ?? 0)
    const tookMs = 0.5 + 3 * random() ** 4 + (random() < 0.01 ? 30 : 0)
    free[worker] = fromMs + tookMs
    const process = names[worker] ?? 0
    const outcome: Outcome = random() < 0.002 ? 'info' : random() < 0.04 ? 'fail' : 'ok'
    if (outcome === 'info') names[worker] = nextProcess++
    const isWrite = random() < 0.4
    const value = Math.floor(random() * 1_000)
    return operation(
      index,
      process,
      isWrite ? 'write' : 'read',
      [isWrite ? value : null, isWrite ? value : value - 1],
      [fromMs, fromMs + tookMs],
      {
        key: `account-${value % 50}`,
        outcome,
        ...(outcome === 'ok' ? {} : { output: null, error: outcome === 'info' ? 'ETIMEDOUT' : 'conflict' }),
        ...(outcome === 'info' && random() < 0.5 ? { completedNs: Infinity } : {}),
      },
    )
  })
    .sort((a, b) => a.invokedNs - b.invokedNs)
    .map((one, index) => ({ ...one, index }))
}

export const PAUSE: FaultMark = { kind: 'pause', target: 'redis', fromNs: 11_995 * MS, toNs: 12_020 * MS }

export function history(operations: readonly Operation[], faults: readonly FaultMark[] = [PAUSE]): History {
  return { name: 'register', startedAt: '2026-03-02T09:15:04.000Z', seed: 42, operations, faults }
}

export function staleRead(operations: readonly Operation[], marked: readonly number[]): CheckResult {
  return {
    checker: 'linearizable',
    verdict: 'invalid',
    counts: { operations: operations.length, keys: 1, stale: 1 },
    anomalies: [
      {
        kind: 'not-linearizable',
        explanation: 'read 7 at 12.031 s (process 3) after process 3 had read 9, which was acknowledged at 11.998 s',
        operations: marked,
      },
      { kind: 'stale', explanation: 'the same read again, told in another way', operations: marked.slice(1) },
    ],
    counterexample: operations.slice(0, 12),
  }
}

export function historyEvidence(name: string, results: readonly CheckResult[], operations = 5): HistoryEvidence {
  const file = `histories/cache.history.${name}.jsonl`
  const again = (checker: string): string => `npx harness check .proving-ground/runs/x/${file} --checker ${checker}`
  return {
    name,
    file,
    seed: 42,
    operations,
    faults: 1,
    results: results.map((result) => checkEvidence(result, again(result.checker))),
  }
}
