import type { Json, Operation } from '../../../src/history/operation.ts'
import { Simulation } from './simulation.ts'
import type { Doing } from './simulation.ts'

export type RegisterStrength =
  | 'correct'
  /** Reads come from a replica that lags behind. */
  | 'stale-replica'
  /** A write is acknowledged when both replicas have it, and reads come from either. */
  | 'two-replicas'
  /** Some writes are acknowledged and never done. */
  | 'lost-write'
  /** Some writes fail and are seen all the same. */
  | 'dirty-read'
  /** A compare-and-set reads and writes in two steps. */
  | 'split-cas'

/** Five processes on one register; some operations come to an unknown end, and take effect later or never. */
export function simulateRegister(seed: number, strength: RegisterStrength, hasCas = true): readonly Operation[] {
  const simulation = new Simulation(seed)
  const replicas: [Json, Json] = [null, null]
  let written = 0

  function* set(value: Json): Doing {
    replicas[0] = value
    if (strength === 'two-replicas') yield 8
    if (strength === 'stale-replica') simulation.start(later(30, () => (replicas[1] = value)))
    else replicas[1] = value
  }

  function* later(ms: number, effect: () => void): Doing {
    yield ms * simulation.random()
    effect()
  }

  function* process(first: number): Doing {
    let id = first
    for (let left = 30; left > 0; left--) {
      yield simulation.random() * 20
      const value = ++written
      const f = simulation.pick('read', 'read', 'write', hasCas ? 'cas' : 'write')
      if (f !== 'read' && simulation.random() < 0.05) {
        if (simulation.random() < 0.5) simulation.start(set(value))
        // Nobody uses this process again.
        simulation.record({ process: id, f: 'write', input: value, outcome: 'info' }, simulation.nowMs * 1e6 - 1)
        id += 5
      } else if (f === 'read') yield* simulation.call(id, f, null, read)
      else if (f === 'write') yield* simulation.call(id, f, value, () => write(value))
      else {
        const expected = replicas[0]
        yield* simulation.call(id, f, [expected, value], () => compareAndSet(expected, value))
      }
    }
  }

  function* read() {
    yield 0
    return { output: replicas[strength === 'correct' ? 0 : simulation.pick<0 | 1>(0, 1)] }
  }

  function* write(value: Json) {
    const isStrange = simulation.random() < 0.2
    if (strength === 'lost-write' && isStrange) return {}
    yield* set(value)
    return strength === 'dirty-read' && isStrange ? { outcome: 'fail' as const } : {}
  }

  function* compareAndSet(expected: Json, value: Json) {
    if (replicas[0] !== expected) return { outcome: 'fail' as const }
    if (strength === 'split-cas') yield 5
    yield* set(value)
    return {}
  }

  for (let id = 0; id < 5; id++) simulation.start(process(id))
  return simulation.run()
}
