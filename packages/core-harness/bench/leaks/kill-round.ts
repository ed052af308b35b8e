import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import { nodeProgram } from '../../src/environment/node-program.ts'
import type { ScratchWorkspace } from '../scratch/scratch-workspace.ts'
import type { GivenServers } from './given-servers.ts'
import { seededRandom } from '../../src/statistics/seeded-random.ts'
import { listeningPorts, remainsOf } from './remains.ts'
import { VICTIMS } from './victims.ts'
import type { Victim } from './victims.ts'

const SUBJECT = fileURLToPath(new URL('./subject.ts', import.meta.url))
const CLEAN_WITHIN_MS = 10_000
const LOOK_EVERY_MS = 20
/** About as long as everything takes to start: moments are spread over it. */
const STARTUP_MS = 6_000
/** Longer than any start should take. */
const IN_USE_WITHIN_MS = 90_000

export interface RoundResult {
  readonly victim: Victim
  readonly round: number
  readonly moment: string
  readonly wasInUse: boolean
  /** From the kill until nothing was left. */
  readonly cleanMs: number
  /** What was left after ten seconds. */
  readonly left: readonly string[]
}

/** Starts a test process, kills, and waits until nothing is left. */
export async function killRound(
  workspace: ScratchWorkspace,
  given: GivenServers,
  victim: Victim,
  { seed, round }: { readonly seed: number; readonly round: number },
): Promise<RoundResult> {
  const random = seededRandom(seed * 1_000 + VICTIMS.indexOf(victim) * 100 + round)
  const subject = startSubject(workspace, given)
  const moment = await waitForMoment(subject, random)
  const supervisor = (): number | undefined =>
    workspace.processes().find(({ command }) => command.includes('/supervisor.ts'))?.processId
  // A moment before there is one is no moment to kill it.
  while (victim !== 'test' && supervisor() === undefined) await delay(LOOK_EVERY_MS)
  const processes = workspace.processes()
  const ports = listeningPorts(processes.map(({ processId }) => processId))
  if (victim !== 'test') process.kill(supervisor() as number, 'SIGKILL')
  if (victim !== 'supervisor') subject.process.kill('SIGKILL')
  const killedAt = performance.now()
  for (;;) {
    const left = await remainsOf(workspace, given, { ports, processes })
    const cleanMs = Math.round(performance.now() - killedAt)
    if (left.length > 0 && cleanMs < CLEAN_WITHIN_MS) await delay(LOOK_EVERY_MS)
    else return { victim, round, ...moment, cleanMs, left }
  }
}

interface Subject {
  readonly process: ChildProcess
  readonly inUse: Promise<unknown>
}

function startSubject(workspace: ScratchWorkspace, given: GivenServers): Subject {
  const subject = spawn(nodeProgram, ['--disable-warning=ExperimentalWarning', SUBJECT], {
    env: workspace.environment({ GIVEN_SERVERS: JSON.stringify(given.variables) }),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return { process: subject, inUse: once(subject.stdout as NonNullable<ChildProcess['stdout']>, 'data') }
}

/** Half of the moments are in the course of starting and leasing, half in the course of use. */
async function waitForMoment(subject: Subject, random: () => number): Promise<{ moment: string; wasInUse: boolean }> {
  const isEarly = random() < 0.5
  const afterMs = Math.round(random() * (isEarly ? STARTUP_MS : 500))
  let wasInUse = false
  const inUse = subject.inUse.then(() => (wasInUse = true))
  if (!isEarly) {
    const ended = once(subject.process, 'exit').then(() => false)
    const late = delay(IN_USE_WITHIN_MS, false, { ref: false })
    if (!(await Promise.race([inUse, ended, late]))) throw new Error('the test process does not get to its use')
  }
  await delay(afterMs)
  return { moment: `${afterMs} ms after ${isEarly ? 'its start' : 'it was in use'}`, wasInUse }
}
