import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { RunMetric, SuiteRun } from '../../src/run/history-metrics.ts'

/** The run of one suite as it is kept; `at` counts the days since the first. */
export function sampleRun(at: number, metrics: readonly Partial<RunMetric>[], other: Partial<SuiteRun> = {}): SuiteRun {
  return {
    run: `run-${String(at).padStart(3, '0')}`,
    suite: 'cache:l4',
    adapter: 'reference',
    startedAt: new Date(Date.UTC(2026, 0, 1 + at)).toISOString(),
    commit: `${String(at).padStart(8, '0')}aaaa`,
    isDirty: false,
    machine: '0123abcd',
    provider: 'native',
    mode: 'quick',
    metrics: metrics.map((metric) => ({
      id: 'cache.load.mixed#p99',
      unit: 'ms',
      value: 10,
      better: 'lower',
      verdict: 'pass',
      ...metric,
    })),
    ...other,
  }
}

/** Does something with the path of a file in a folder of its own, which is not there afterwards. */
export async function withFile(name: string, use: (file: string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'proving-ground-'))
  try {
    await use(join(folder, name))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
