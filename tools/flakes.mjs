/**
 * Runs one Nx target again and again while other threads keep the cores busy, and tells which guarantees did not come out
 * the same each time: those are flakes, and each is a defect of the suite or of the service.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

const USAGE = `Usage: node tools/flakes.mjs [--target cache:l3] [--times 50] [--busy CORES]

  --target PROJECT:LEVEL  what to run; cache:l3 by default
  --times N               how often; 50 by default
  --busy N                threads that do nothing but use a core; as many as there are cores
                          by default, 0 for none

Exit codes: 0 green every time; 1 not; 2 wrong command line.
`

const { target, times, busy } = readArguments()
const burners = Array.from({ length: busy }, () => new Worker('for (;;) {}', { eval: true }))
const folder = join(ROOT, '.proving-ground/flakes', new Date().toISOString().replace(/[-:]/g, '').slice(0, 15))
const failures = new Map()
const durations = []
let red = 0
let current
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => (current?.kill(signal), report(), process.exit(130)))

for (let round = 1; round <= times; round++) {
  const directory = join(folder, String(round))
  mkdirSync(directory, { recursive: true })
  const began = performance.now()
  const code = await runOnce(directory)
  durations.push((performance.now() - began) / 1000)
  const failed = notPassed(directory)
  if (code !== 0) red++
  for (const { id, reason } of failed) failures.set(id, [...(failures.get(id) ?? []), { round, reason }])
  const verdict =
    code === 0
      ? 'green'
      : `red (${failed.map(({ id }) => id).join(', ') || `exit code ${code}`}, see ${join(directory, 'output.log')})`
  process.stdout.write(`${round}/${times} ${verdict} ${durations.at(-1).toFixed(1)} s\n`)
}
report()
await Promise.all(burners.map((burner) => burner.terminate()))
process.exit(red === 0 ? 0 : 1)

/** What the run writes is kept beside its report: a failure may be none of a guarantee. */
async function runOnce(directory) {
  const output = openSync(join(directory, 'output.log'), 'w')
  const nx = spawn(join(ROOT, 'node_modules/.bin/nx'), ['run', target, '--skip-nx-cache'], {
    cwd: ROOT,
    stdio: ['ignore', output, output],
    env: { ...process.env, HARNESS_RUN_DIRECTORY: directory },
  })
  current = nx
  const [code] = await once(nx, 'exit')
  closeSync(output)
  return code ?? 130
}

/** The guarantees of one round that did not pass, from what its tests reported. */
function notPassed(directory) {
  const parts = join(directory, 'parts')
  let files
  try {
    files = readdirSync(parts)
  } catch {
    return [{ id: 'no report', reason: 'the run wrote none' }]
  }
  return files
    .flatMap((file) => JSON.parse(readFileSync(join(parts, file), 'utf8')).guarantees)
    .filter(({ status }) => status === 'failed' || status === 'no-data')
}

function report() {
  const sorted = [...durations].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0
  process.stdout.write(
    `\n${target}, ${busy} busy threads: green ${durations.length - red} of ${durations.length} times, ` +
      `median ${median.toFixed(1)} s, worst ${(sorted.at(-1) ?? 0).toFixed(1)} s\n`,
  )
  for (const [id, all] of failures) {
    process.stdout.write(
      `  ${id}: not passed ${all.length} times, in rounds ${all.map(({ round }) => round).join(', ')}\n`,
    )
    process.stdout.write(`    ${(all[0].reason ?? '').split('\n').slice(0, 8).join('\n    ')}\n`)
  }
}

function readArguments() {
  const whole = (text, name, least) => {
    const number = Number(text)
    if (Number.isInteger(number) && number >= least) return number
    process.stderr.write(`--${name} ${text} is no whole number from ${least}\n${USAGE}`)
    process.exit(2)
  }
  try {
    const { values } = parseArgs({
      options: {
        target: { type: 'string', default: 'cache:l3' },
        times: { type: 'string', default: '50' },
        busy: { type: 'string', default: String(availableParallelism()) },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(USAGE)
      process.exit(0)
    }
    return { target: values.target, times: whole(values.times, 'times', 1), busy: whole(values.busy, 'busy', 0) }
  } catch (error) {
    process.stderr.write(`${error.message}\n${USAGE}`)
    process.exit(2)
  }
}
