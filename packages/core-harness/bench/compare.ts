/**
 * Measures the regression gate on itself: how often it calls a change where there is none, and how often it finds a slowdown
 * of 10 %, in simulated noise and in noise that was recorded on a real machine. `node bench/compare.ts`; bench/compare/
 * record-noise.ts records. Exit code 1 when a target is missed.
 */
import { readFileSync } from 'node:fs'

import { abbaSchedule, decideComparison } from '../src/run/compare-decision.ts'
import type { PairedMetric } from '../src/run/compare-decision.ts'
import { standardDeviation } from '../src/statistics/bootstrap.ts'
import { seededRandom } from '../src/statistics/seeded-random.ts'

const ROUNDS = 1_000
const SLOWDOWN = 1.1
const MOST_FALSE_ALARMS = 0.01
const LEAST_FOUND = 0.95

/** Values of runs one after the other. */
type Series = (runs: number) => readonly number[]

const recorded = JSON.parse(readFileSync(new URL('compare/recorded-noise.json', import.meta.url), 'utf8')) as {
  readonly series: Readonly<Record<string, readonly number[]>>
}
const random = seededRandom(20_260_101)
let missed = 0

process.stdout.write('noise: standard deviation of the logarithm of the ratio within a pair\n\n')
print(['', 'noise', 'pairs', 'metrics', 'false alarms', '10 % found'])
for (const deviation of [0.01, 0.02, 0.03, 0.05, 0.1, 0.3]) {
  measure(`normal`, normal(deviation), deviation, 5, 1, deviation <= 0.02)
  measure(`normal`, normal(deviation), deviation, 10, 1, deviation <= 0.03)
  measure(`normal`, normal(deviation), deviation, 10, 20, deviation <= 0.03)
  measure(`normal`, normal(deviation), deviation, 20, 20, deviation <= 0.05)
}
measure('normal, drifting 1 % a run', drifting(normal(0.02)), 0.02, 10, 1, true)
measure('heavy tails (t, 3 degrees)', heavy(0.02), 0.02 * Math.sqrt(3), 10, 1, true)
for (const [name, values] of Object.entries(recorded.series)) {
  const inPair = standardDeviation(
    values.slice(1).flatMap((value, index) => (index % 2 === 0 ? [Math.log(value / Number(values[index]))] : [])),
  )
  // A median can be told apart on the machine that was recorded, a p99 or a throughput cannot: docs/trends.md.
  for (const pairs of [5, 10, 20])
    measure(`recorded ${name}`, windowOf(values), inPair, pairs, 1, name === 'p50' && pairs === 20)
}
process.stdout.write(missed === 0 ? '\nall targets met\n' : `\n${missed} targets missed\n`)
process.exitCode = missed === 0 ? 0 : 1

/** @param isTarget that a slowdown of 10 % is found; false alarms are a target everywhere */
function measure(name: string, series: Series, noise: number, pairs: number, metrics: number, isTarget: boolean): void {
  let [alarms, found] = [0, 0]
  for (let round = 0; round < ROUNDS; round++) {
    const unchanged = Array.from({ length: metrics }, (_, index) => pairUp(series(2 * pairs), 1, index))
    if (decide(unchanged).some((verdict) => verdict === 'slower' || verdict === 'faster')) alarms += 1
    const slowed = [pairUp(series(2 * pairs), SLOWDOWN, 0), ...unchanged.slice(1)]
    if (decide(slowed)[0] === 'slower') found += 1
  }
  // Of a thousand rounds a rate of exactly 1 % gives more than 1.7 % once in fifty.
  const isQuiet = alarms / ROUNDS <= MOST_FALSE_ALARMS + 0.007
  const isFound = !isTarget || found / ROUNDS >= LEAST_FOUND
  if (!isQuiet) missed += 1
  if (!isFound) missed += 1
  const percent = (count: number) => `${((100 * count) / ROUNDS).toFixed(1)} %`
  print([
    name,
    noise.toFixed(3),
    String(pairs),
    String(metrics),
    `${percent(alarms)}${isQuiet ? '' : ' missed'}`,
    `${percent(found)}${isTarget ? (isFound ? ' met' : ' missed') : ''}`,
  ])
}

function decide(metrics: readonly PairedMetric[]) {
  return decideComparison(metrics, { seed: Math.floor(random() * 2 ** 31), resamples: 100 }).map(
    ({ verdict }) => verdict,
  )
}

/** The values of runs as they were done: ABBA. */
function pairUp(values: readonly number[], slowdown: number, index: number): PairedMetric {
  const pairs = abbaSchedule(values.length / 2).map(([first], pair): [number, number] => {
    const [one, other] = [Number(values[2 * pair]), Number(values[2 * pair + 1])]
    return first === 'base' ? [one, other * slowdown] : [other, one * slowdown]
  })
  return { id: String(index), unit: 'ms', better: 'lower', pairs }
}

/** @param inPair of two values that are drawn by themselves, so that each has less */
function normal(inPair: number): Series {
  return (runs) => Array.from({ length: runs }, () => Math.exp((inPair / Math.SQRT2) * standardNormal()))
}

function heavy(scale: number): Series {
  const student = () =>
    standardNormal() / Math.sqrt((standardNormal() ** 2 + standardNormal() ** 2 + standardNormal() ** 2) / 3)
  return (runs) => Array.from({ length: runs }, () => Math.exp((scale / Math.SQRT2) * student()))
}

function drifting(series: Series): Series {
  return (runs) => series(runs).map((value, run) => value * 1.01 ** run)
}

/** A stretch of what was recorded, from anywhere: what drifts and comes in bursts stays as it was. */
function windowOf(values: readonly number[]): Series {
  return (runs) => {
    const from = Math.floor(random() * (values.length - runs + 1))
    return values.slice(from, from + runs)
  }
}

function standardNormal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function print([name = '', ...cells]: readonly string[]): void {
  process.stdout.write(`${name.padEnd(28)}${cells.map((cell) => cell.padStart(14)).join('')}\n`)
}
