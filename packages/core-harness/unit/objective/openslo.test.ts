import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { expect, test } from '@jest/globals'

import { HarnessError } from '../../src/environment/errors.ts'
import { parseOpenSlo, readOpenSlo } from '../../src/objective/openslo.ts'

const FIXTURE = fileURLToPath(new URL('fixtures/cache.openslo.yaml', import.meta.url))
const TEXT = readFileSync(FIXTURE, 'utf8')

test('reads thresholds, ratios and slices', () => {
  expect(readOpenSlo(FIXTURE)).toEqual({
    'fast-reads': {
      statement: '99 % of reads are answered within 10 ms',
      metric: { kind: 'latency', clock: 'response', percentile: 99 },
      comparison: '<=',
      baseline: 10,
      warning: 20,
      critical: 50,
      workload: 'mixed',
      tag: 'read',
      segment: 'Enterprise',
      protectedMonthlyRevenueUsd: 7_000,
      minimumSamples: 1_000,
      recommendation: 'Look at the connection pool.',
    },
    'hit-rate-1': {
      statement: 'Nine of ten reads are hits',
      metric: { kind: 'share', good: ['hits'], bad: ['misses'] },
      comparison: '>=',
      baseline: 0.9,
      recommendation: 'See the runbook of this SLO.',
    },
    'hit-rate-2': expect.objectContaining({ baseline: 0.5 }) as object,
    answered: {
      statement: 'answered',
      metric: { kind: 'success' },
      comparison: '>=',
      baseline: 0.95,
      windowSeconds: 10,
      recommendation: 'See the runbook of this SLO.',
    },
  })
})

test('reads a measure of which more is better', () => {
  const text = TEXT.replace('latency: response', 'measure: freshness')
    .replace('        tag: read\n', '')
    .replaceAll('op: lte', 'op: gte')
    .replace('value: 20', 'value: 5')
    .replace('value: 50', 'value: 1')
  expect(parseOpenSlo(text, 'it.yaml')['fast-reads']).toMatchObject({
    metric: { kind: 'measure', name: 'freshness', percentile: 1 },
    comparison: '>=',
    baseline: 10,
    critical: 1,
  })
})

// Each replaces one text of the fixture, and is refused at the line that holds the third.
test.each<[string, string, string, string, string]>([
  ['no YAML', 'kind: DataSource', 'kind: "DataSource', '', ''],
  ['another version', 'openslo/v1\n', 'openslo/v2\n', 'openslo/v2', '"openslo/v2" is none of openslo/v1'],
  ['another source', 'type: proving-ground', 'type: prometheus', 'prometheus', 'none of proving-ground'],
  ['an unknown source', 'Ref: load', 'Ref: lost', 'Ref: lost', 'no DataSource named "lost"'],
  ['an unknown clock', 'latency: response', 'latency: wall', 'latency: wall', 'none of response, service'],
  ['an unknown metric', 'latency: response', 'query: up', 'query: up', 'exactly one of latency, measure'],
  ['an unknown indicator', 'Ref: reads', 'Ref: writes', 'Ref: writes', 'no SLI named "writes"'],
  ['an unknown segment', 'segment: Enterprise', 'segment: Rich', 'Rich', '"Rich" is none of'],
  ['revenue that is no number', "usd: '7000'", "usd: 'much'", 'much', 'no whole number'],
  ['another method', 'Occurrences', 'RatioTimeslices', 'RatioTimeslices', 'none of Occurrences, Timeslices'],
  ['an unknown op', 'op: lte', 'op: eq', 'op: eq', '"eq" is none of'],
  ['a value that is no number', 'value: 10', 'value: ten', 'value: ten', 'objectives[0].value: it is to be a number'],
  ['a missing value', '      value: 10\n', '', 'Baseline', 'objectives[0].value: it is missing'],
  [
    'a missing target',
    'value: 10\n      target: 0.99\n',
    'value: 10\n',
    'Baseline',
    'neither target nor targetPercent',
  ],
  ['a target in percent', 'target: 0.99', 'target: 99', 'target: 99', '99 is not above 0 and up to 1'],
  ['thresholds out of order', 'value: 20', 'value: 5', 'Baseline', 'its warning is no less than its baseline'],
  ['thresholds of different targets', 'Percent: 99', 'Percent: 95', 'Critical', 'the same target'],
  ['an op on a ratio', 'target: 0.9\n', 'target: 0.9\n      op: gt\n', 'target: 0.9', 'belong to a thresholdMetric'],
  ['a total without what is good', '[hits, misses]', '[misses]', 'metricSource', 'are to hold "hits"'],
  ['nothing that is bad', '[hits, misses]', '[hits]', 'target: 0.9', 'at least one counter'],
  ['an unknown unit of time', 'Window: 10s', 'Window: 10 s', 'Window: 10 s', 'no whole number of seconds'],
  [
    'a counter among operations',
    'operations: planned',
    'counters: [a]',
    'metricSource',
    'both counters, or both operations',
  ],
])('refuses %s with its line', (_, from, to, there, reason) => {
  expect(TEXT).toContain(from)
  const broken = TEXT.replace(from, to)
  const message = messageOf(() => parseOpenSlo(broken, 'it.yaml'))
  const [, line] = /^reading objectives from it\.yaml:(\d+):\d+: ./.exec(message) ?? []
  expect(broken.split('\n')[Number(line) - 1]).toContain(there)
  expect(message).toContain(reason)
})

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof HarnessError) return error.message
  }
  throw new Error('it was not refused')
}

test('refuses two of the same name, a file without objectives, and a file that is not there', () => {
  expect(() => parseOpenSlo(TEXT.replace('name: answered', 'name: fast-reads'), 'it.yaml')).toThrow(
    'two objectives named',
  )
  expect(() => parseOpenSlo('', 'it.yaml')).toThrow('there is no SLO in it')
  expect(() => readOpenSlo('/not/there.yaml')).toThrow('reading objectives from /not/there.yaml')
})
