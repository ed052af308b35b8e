import { beforeEach, expect, test } from '@jest/globals'

import type { Fault } from '../../src/fault/fault.ts'
import { at, every, planFaults } from '../../src/fault/plan.ts'
import { kill, pause, restart } from '../../src/fault/process-fault.ts'
import { bandOf, runFaults } from '../../src/fault/schedule.ts'
import type { FaultClock } from '../../src/fault/schedule.ts'

/** Time goes on when everybody sleeps, to the moment when the first wakes. */
class VirtualClock implements FaultClock {
  nowMs = 0
  readonly #sleepers: { readonly untilMs: number; readonly wake: () => void }[] = []

  nowNs(): bigint {
    return BigInt(Math.round(this.nowMs * 1e6)) + 5_000_000_000n
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    await new Promise<void>((wake, reject) => {
      this.#sleepers.push({ untilMs: this.nowMs + ms, wake })
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
  }

  async runTo(ms: number): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      this.#sleepers.sort((one, other) => one.untilMs - other.untilMs)
      const first = this.#sleepers[0]
      if (!first || first.untilMs > ms) break
      this.#sleepers.shift()
      this.nowMs = first.untilMs
      first.wake()
    }
    this.nowMs = ms
  }
}

let clock: VirtualClock
let story: string[]

beforeEach(() => {
  clock = new VirtualClock()
  story = []
})

function fault(target: string, more: Partial<Fault> = {}): Fault {
  const tell = (what: string) => () => {
    story.push(`${what} ${target} at ${clock.nowMs}`)
    return Promise.resolve()
  }
  return { kind: 'pause', target, begin: tell('begin'), heal: tell('heal'), touched: () => 1, ...more }
}

function plan(...rules: Parameters<typeof planFaults>[0]) {
  return planFaults(rules, { lengthMs: 10_000, seed: 1 })
}

test('faults begin and are healed when the plan says, several at once, and are told with their times', async () => {
  const run = runFaults(plan(at(100, fault('redis'), { forMs: 200 }), at(150, fault('postgres'), { forMs: 50 })), {
    clock,
    originNs: 4_000_000_000n,
  })
  await clock.runTo(1_000)
  expect(story).toEqual(['begin redis at 100', 'begin postgres at 150', 'heal postgres at 200', 'heal redis at 300'])
  expect(await run.ended).toEqual([
    { kind: 'pause', target: 'redis', fromNs: 1.1e9, toNs: 1.3e9, touched: 1 },
    { kind: 'pause', target: 'postgres', fromNs: 1.15e9, toNs: 1.2e9, touched: 1 },
  ])
})

test.each(['stop', 'signal'] as const)(
  'by %s all that was begun is healed at once, and nothing more begins',
  async (how) => {
    const test = new AbortController()
    const run = runFaults(
      plan(every(100, fault('redis'), { forMs: 50 }), at(90, fault('postgres'), { forMs: 5_000 })),
      {
        clock,
        signal: test.signal,
      },
    )
    await clock.runTo(220)
    if (how === 'stop') void run.stop()
    else test.abort()
    const records = await run.ended
    expect(story.slice(-2).sort()).toEqual(['heal postgres at 220', 'heal redis at 220'])
    expect(records.map(({ target, toNs }) => [target, toNs / 1e6])).toEqual([
      ['postgres', 220],
      ['redis', 150],
      ['redis', 220],
    ])
    await clock.runTo(9_000)
    expect(story.filter((line) => line.startsWith('begin'))).toHaveLength(3)
  },
)

test('a fault that cannot begin is healed all the same, ends the schedule, and is told', async () => {
  const broken = fault('redis', { begin: () => Promise.reject(new Error('no such server')) })
  const run = runFaults(plan(at(100, broken, { forMs: 50 }), at(50, fault('postgres'), { forMs: 900 })), { clock })
  await clock.runTo(100)
  await expect(run.ended).rejects.toThrow('running faults: beginning "pause" of redis: no such server')
  expect(story.slice(1).sort()).toEqual(['heal postgres at 100', 'heal redis at 100'])
})

test('every failure of a heal is told, and keeps no other fault from being healed', async () => {
  const heal = (why: string) => ({ heal: () => Promise.reject(new Error(why)) })
  const rules = ['one', 'two'].map((name) => at(100, fault(name, heal(`${name} is lost`)), { forMs: 100 }))
  const run = runFaults(plan(...rules, at(100, fault('three'), { forMs: 500 })), { clock })
  await clock.runTo(300)
  await expect(run.ended).rejects.toThrow(
    'running faults: healing "pause" of one: one is lost; healing "pause" of two: two is lost',
  )
  expect(story).toContain('heal three at 200')
})

test('a fault waits for the heal of the one before it, and lasts as long as it was planned', async () => {
  const slow = fault('redis', { heal: () => clock.sleep(400, new AbortController().signal) })
  const run = runFaults(plan(at(100, slow, { forMs: 100 }), at(300, fault('redis'), { forMs: 100 })), { clock })
  await clock.runTo(2_000)
  await run.ended
  expect(story).toEqual(['begin redis at 100', 'begin redis at 600', 'heal redis at 700'])
})

test('a record is a band of a workload, in milliseconds since that began', () => {
  const record = { kind: 'cut', target: 'redis', fromNs: 1_250_000_000, toNs: 1_500_000_000, touched: 3 }
  expect(bandOf(record, 'reads', 1_000_000_000)).toEqual({
    kind: 'cut',
    target: 'redis',
    workload: 'reads',
    fromMs: 250,
    toMs: 500,
  })
})

test('faults of processes: pause heals by resuming, kill by restarting, a restart needs no heal', async () => {
  const did: string[] = []
  const act = (name: string) => () => (did.push(name), Promise.resolve())
  const service = { pause: act('pause'), resume: act('resume'), kill: act('kill'), restart: act('restart') }
  const faults = [pause('cache-1', service), kill('cache-1', service), restart('cache-1', service)]
  for (const one of faults) {
    await one.heal() // Nothing was begun.
    expect(one.touched()).toBe(0)
    await one.begin()
    expect(one.touched()).toBe(1)
    await one.heal()
  }
  expect(did).toEqual(['pause', 'resume', 'kill', 'restart', 'restart'])
})

test('a process that could not be stopped was not touched, and its heal is due', async () => {
  const did: string[] = []
  const resume = () => (did.push('resume'), Promise.resolve())
  const stubborn = pause('cache-1', { pause: () => Promise.reject(new Error('it does not stop')), resume })
  await expect(stubborn.begin()).rejects.toThrow('it does not stop')
  expect(stubborn.touched()).toBe(0)
  await stubborn.heal()
  expect(did).toEqual(['resume'])
})
