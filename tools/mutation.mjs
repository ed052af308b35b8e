/**
 * Puts defects into the checkers of histories, by Stryker, one checker after the other, and tells how many of them the tests
 * find. A checker is judged by its own tests, and those that all checkers share; what checkers are made of, by all tests.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const STRYKER = join(ROOT, 'node_modules/@stryker-mutator/core/bin/stryker.js')
const HISTORY = 'packages/core-harness/src/history'
/** No checkers by themselves. */
const SHARED_IN_CHECKERS = ['checker', 'index']
const PARTS = [
  'evidence',
  'field',
  'identity',
  'message-log',
  'moments',
  'multiset',
  'option',
  'token-search',
  'versions',
]
const TESTS_OF_ALL = 'simulated-services|against-definition|documented'
const LEAST_SCORE = 85
const REPORTS = join(ROOT, '.proving-ground/mutation')

const groups = groupsOf()
const USAGE = `Usage: node tools/mutation.mjs [--only GROUP]... [--again]

  --only GROUP   one of ${[...groups.keys()].join(', ')}; may be repeated
  --again        also those that have a report from before: otherwise a run that was ended goes on

Reports are in .proving-ground/mutation/, one for each group.

Exit codes: 0 the tests find ${LEAST_SCORE} % of all defects; 1 they do not, or Stryker failed; 2 wrong command line.
`

const wanted = readArguments()
mkdirSync(REPORTS, { recursive: true })
for (const name of wanted.names) {
  if (!wanted.again && existsSync(reportOf(name))) continue
  process.stdout.write(`${new Date().toISOString()} ${name}\n`)
  const { files, tests } = groups.get(name)
  const { status, signal } = spawnSync(
    // By the Node of the project, whichever runs this.
    join(ROOT, 'node_modules/.bin/node'),
    [STRYKER, 'run', 'packages/core-harness/mutation/stryker.config.mjs', '--mutate', files.join(',')],
    {
      cwd: ROOT,
      env: { ...process.env, MUTATION_REPORT: name, MUTATION_TESTS: tests },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  if (signal !== null) process.exit(130)
  if (status !== 0) {
    process.stderr.write(`Stryker failed for ${name}: exit code ${status}\n`)
    process.exit(1)
  }
}
process.exit(report())

/** Files, and the tests that judge them, by the name of the checker. */
function groupsOf() {
  const checkers = sourcesIn('checkers')
    .map((file) => basename(file, '.ts'))
    .filter((name) => !SHARED_IN_CHECKERS.includes(name))
    .toSorted()
  const own = checkers.map((name) => [
    name,
    {
      files: [`${HISTORY}/checkers/${name}.ts`, ...sourcesIn(name)],
      tests: `/(${name}[^/]*|${TESTS_OF_ALL})\\.test\\.ts$`,
    },
  ])
  const files = [
    ...SHARED_IN_CHECKERS.map((name) => `${HISTORY}/checkers/${name}.ts`),
    ...PARTS.map((name) => `${HISTORY}/${name}.ts`),
  ]
  return new Map([...own, ['parts', { files, tests: '\\.test\\.ts$' }]])
}

/** Of a folder, which need not be there. */
function sourcesIn(folder) {
  const path = join(ROOT, HISTORY, folder)
  const files = existsSync(path) ? readdirSync(path).filter((file) => file.endsWith('.ts')) : []
  return files.map((file) => `${HISTORY}/${folder}/${file}`)
}

function reportOf(name) {
  return join(REPORTS, `${name}.json`)
}

/** @returns the exit code */
function report() {
  const total = { found: 0, all: 0 }
  for (const name of groups.keys()) {
    if (!existsSync(reportOf(name))) continue
    const { found, all, counts } = countsOf(JSON.parse(readFileSync(reportOf(name), 'utf8')))
    total.found += found
    total.all += all
    process.stdout.write(`${name.padEnd(16)}${percent(found, all).padStart(8)}  ${found} of ${all}  ${counts}\n`)
  }
  const missing = [...groups.keys()].filter((name) => !existsSync(reportOf(name)))
  process.stdout.write(
    `${'all'.padEnd(16)}${percent(total.found, total.all).padStart(8)}  ${total.found} of ${total.all}\n`,
  )
  if (missing.length > 0) process.stdout.write(`not judged: ${missing.join(', ')}\n`)
  return total.found * 100 >= total.all * LEAST_SCORE ? 0 : 1
}

/** As Stryker counts: what no test runs is not found, and what cannot be run says nothing. */
function countsOf({ files }) {
  const counts = {}
  for (const { status } of Object.values(files).flatMap(({ mutants }) => mutants))
    counts[status] = (counts[status] ?? 0) + 1
  const { Killed = 0, Timeout = 0, Survived = 0, NoCoverage = 0 } = counts
  const found = Killed + Timeout
  return { found, all: found + Survived + NoCoverage, counts: JSON.stringify(counts) }
}

function percent(part, whole) {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        again: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) process.exit((process.stdout.write(USAGE), 0))
    const unknown = values.only.find((name) => !groups.has(name))
    if (unknown !== undefined) throw new Error(`there is no group ${unknown}`)
    return { names: values.only.length > 0 ? values.only : [...groups.keys()], again: values.again }
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}`)
    process.exit(2)
  }
}
