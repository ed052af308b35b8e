/**
 * How fast the checkers are, each on histories that it finds valid: a section is a file of bench/checkers/ that exports
 * `measure(report)`. Exit code 1 when a target is missed.
 */
import { readdirSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'

import { columns } from '../src/cli/columns.ts'
import type { Measurement, Report } from './measurement.ts'

const directory = new URL('checkers/', import.meta.url)
const SECTIONS = readdirSync(directory)
  .map((file) => file.slice(0, -'.ts'.length))
  .sort()
const USAGE = `Usage: node packages/core-harness/bench/checkers.ts [--only SECTION] [--json]

  --only SECTION   one of ${SECTIONS.join(', ')}; all when left out
`

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
})
const chosen = SECTIONS.filter((section) => values.only === undefined || values.only === section)
if (values.help || chosen.length === 0) {
  process.stderr.write(USAGE)
  process.exit(values.help ? 0 : 2)
}

const measurements: Measurement[] = []
const loadBefore = loadavg()[0] ?? 0
for (const section of chosen) {
  const { measure } = (await import(new URL(`${section}.ts`, directory).href)) as {
    measure: (report: Report) => Promise<void>
  }
  await measure((one) => {
    measurements.push(one)
    if (!values.json) process.stderr.write(`${one.what}: ${one.found}\n`)
  })
}
const machine = { cores: cpus().length, loadBefore: Number(loadBefore.toFixed(2)), node: process.versions.node }
process.stdout.write(values.json ? `${JSON.stringify({ machine, measurements }, undefined, 2)}\n` : `\n${table()}\n`)
process.exitCode = measurements.some(({ isMet }) => isMet === false) ? 1 : 0

function table(): string {
  const rows = measurements.map(({ what, found, target, isMet }) => [
    what,
    found,
    target,
    isMet === undefined ? '' : isMet ? 'met' : 'MISSED',
  ])
  return [
    ...columns([['what', 'found', 'target', ''], ...rows]),
    '',
    `${machine.cores} cores, load ${machine.loadBefore} before, Node ${machine.node}`,
  ].join('\n')
}
