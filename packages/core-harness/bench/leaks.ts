/**
 * Kills test processes, supervisors, and both together, outright and at random moments, and looks for what they leave.
 *
 * A moment is anything from the first connection to the middle of use: every kind of server natively (or in containers),
 * databases, virtual hosts and keys on servers that somebody else runs, and two hosted nodes of which one is stopped.
 * Within ten seconds no process, listening port, temporary file, container, segment of shared memory, nor anything on
 * the given servers may be left. A process that has ended but was not yet noticed by process 1 is none: it holds nothing,
 * and a container's process 1 may never notice.
 */
import { parseArgs } from 'node:util'

import { columns } from '../src/cli/columns.ts'
import { ScratchWorkspace } from './scratch/scratch-workspace.ts'
import { startGivenServers } from './leaks/given-servers.ts'
import { killRound } from './leaks/kill-round.ts'
import type { RoundResult } from './leaks/kill-round.ts'
import { VICTIMS } from './leaks/victims.ts'
import type { Victim } from './leaks/victims.ts'

const USAGE = `Usage: node packages/core-harness/bench/leaks.ts [--rounds N] [--seed N] [--victim NAME] [--provider NAME] [--json]

  --rounds N       rounds for each victim; 20
  --seed N         chooses the moments; printed, so that a run can be repeated
  --victim NAME    only this one: ${VICTIMS.join(', ')}
  --provider NAME  native (the default) or container
`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    victim: { type: 'string' },
    provider: { type: 'string', default: 'native' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
const rounds = Number(values.rounds)
const seed = Number(values.seed)
const victims = VICTIMS.filter((victim) => values.victim === undefined || victim === values.victim)
if (values.help || !(rounds > 0) || !Number.isInteger(seed) || victims.length === 0) {
  process.stderr.write(USAGE)
  process.exit(values.help ? 0 : 2)
}

const owner = new ScratchWorkspace()
const workspace = new ScratchWorkspace({
  HARNESS_IDLE_MS: '300',
  HARNESS_PROVIDER: values.provider,
  TMPDIR: '', // Where servers keep their files by default is what is looked at.
  ...(values.provider === 'container' ? { DOCKER_HOST: process.env.DOCKER_HOST ?? '' } : {}),
})
const results: RoundResult[] = []
try {
  const given = await startGivenServers(owner)
  for (const victim of victims) {
    for (let round = 1; round <= rounds; round++) {
      const result = await killRound(workspace, given, victim, { seed, round })
      results.push(result)
      if (!values.json) process.stdout.write(`${describe(result)}\n`)
    }
  }
} finally {
  await workspace.dispose()
  await owner.dispose()
}

const leaks = results.filter(({ left }) => left.length > 0)
process.stdout.write(
  values.json ? `${JSON.stringify({ seed, provider: values.provider, results }, undefined, 2)}\n` : `\n${table()}\n`,
)
process.exit(leaks.length === 0 ? 0 : 1)

function describe({ victim, round, moment, cleanMs, left }: RoundResult): string {
  const head = `${victim} ${round}: killed ${moment}`
  return left.length === 0 ? `${head}, clean after ${cleanMs} ms` : `${head}, LEFT:\n  ${left.join('\n  ')}`
}

function table(): string {
  const rows = victims.map((victim) =>
    row(
      victim,
      results.filter((result) => result.victim === victim),
    ),
  )
  return [
    ...columns([['killed', 'rounds', 'before use', 'in use', 'median ms', 'worst ms', 'left something'], ...rows]),
    `provider ${values.provider}, seed ${seed}; every round has to be clean within 10,000 ms`,
  ].join('\n')
}

function row(victim: Victim, of: readonly RoundResult[]): string[] {
  const times = of.map(({ cleanMs }) => cleanMs).sort((a, b) => a - b)
  const inUse = of.filter(({ wasInUse }) => wasInUse).length
  const median = times[Math.floor(times.length / 2)] ?? 0
  const dirty = of.filter(({ left }) => left.length > 0).length
  return [victim, of.length, of.length - inUse, inUse, median, times.at(-1) ?? 0, dirty].map(String)
}
