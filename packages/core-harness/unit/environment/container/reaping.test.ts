import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { setTimeout as delay } from 'node:timers/promises'

import type { DependencyName } from '../../../src/environment/dependency.ts'
import { eventually } from '../../../src/guarantee/eventually.ts'
import type { ScratchWorkspace } from '../scratch/scratch-workspace.ts'
import { containerWorkspace, containersOf, describeOnDocker } from './real-daemon.ts'

/** Whatever is killed outright, at whatever moment: within ten seconds no container is left. */
const GONE_WITHIN_MS = 10_000
/** Of each kind; `HARNESS_KILLS=20` for a thorough look. */
const KILLS = Number(process.env.HARNESS_KILLS ?? 2)
/** From before the first container is created until it has been used for a while. */
const LATEST_KILL_MS = 1_800
const SEED = Number(process.env.HARNESS_SEED ?? Date.now() % 1_000_000)

type Victim = 'the supervisor' | 'the client' | 'both'

const describeHere = await describeOnDocker(['redis', 'postgres'])

describeHere('no container is left', () => {
  test.each<[Victim, readonly DependencyName[]]>([
    ['the supervisor', ['redis', 'postgres']],
    // A shared server is the supervisor's, which lives on.
    ['the client', ['redis', 'redis']],
    ['both', ['redis', 'postgres']],
  ])(
    `when %s is killed (${KILLS} times)`,
    async (victim, names) => {
      const moments = fc.sample(fc.integer({ min: 0, max: LATEST_KILL_MS }), { numRuns: KILLS, seed: SEED })
      const outcomes: string[] = []
      for (const momentMs of moments) outcomes.push(await killAt(momentMs, victim, names))
      const bad = outcomes.filter((outcome) => !outcome.startsWith('gone'))
      if (bad.length > 0) throw new Error(`HARNESS_SEED=${SEED}:\n${bad.join('\n')}`)
      expect(outcomes).toHaveLength(KILLS)
    },
    60_000 + KILLS * 20_000,
  )

  test('when the supervisor and its keeper are killed, as soon as the next supervisor starts', async () => {
    const workspace = containerWorkspace()
    try {
      const holder = workspace.holder()
      await holder.lease('redis')
      killProcesses(workspace, /\/(supervisor|keeper)\.ts/)
      await holder.kill()
      expect(await containersOf(workspace)).toHaveLength(1) // Nobody was left to remove it.
      await workspace.holder().ask({ do: 'connect' })
      await isGone(workspace)
    } finally {
      await workspace.dispose()
    }
  }, 60_000)
})

/** @returns "gone …", or what was left */
async function killAt(momentMs: number, victim: Victim, names: readonly DependencyName[]): Promise<string> {
  const workspace = containerWorkspace({ HARNESS_IDLE_MS: '120000' })
  try {
    const holder = workspace.holder()
    await holder.ask({ do: 'connect' })
    const leases = Promise.allSettled(names.map((name) => holder.lease(name)))
    await delay(momentMs)
    const present = (await containersOf(workspace)).length
    if (victim !== 'the client') killProcesses(workspace, /\/supervisor\.ts/)
    if (victim !== 'the supervisor') await holder.kill()
    const began = performance.now()
    await isGone(workspace)
    await leases
    return `gone after ${Math.round(performance.now() - began)} ms, ${present} at ${momentMs} ms`
  } catch (error) {
    return `${victim} at ${momentMs} ms: ${(error as Error).message}`
  } finally {
    await workspace.dispose()
  }
}

/** Gone for good: a container may still arrive that the daemon was creating for whoever was killed. */
async function isGone(workspace: ScratchWorkspace): Promise<void> {
  const deadline = performance.now() + GONE_WITHIN_MS
  await eventually(
    async () => {
      const began = performance.now()
      while (performance.now() - began < 1_000) {
        const left = await containersOf(workspace)
        if (left.length > 0) throw new Error(`${left.length} containers are left`)
        await delay(50)
      }
    },
    { withinMs: deadline - performance.now(), describe: 'no container is left' },
  )
}

function killProcesses(workspace: ScratchWorkspace, pattern: RegExp): void {
  const found = workspace.processes().filter(({ command }) => pattern.test(command))
  if (found.length === 0) throw new Error(`no process matches ${String(pattern)}`)
  for (const { processId } of found) process.kill(processId, 'SIGKILL')
}
