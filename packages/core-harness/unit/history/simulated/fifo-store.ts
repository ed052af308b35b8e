import type { Json, Operation } from '../../../src/history/operation.ts'
import { Simulation } from './simulation.ts'
import type { Doing } from './simulation.ts'

export type FifoStrength =
  | 'correct'
  /** A dequeue looks at the head and removes it in two steps. */
  | 'peeks-first'
  /** Some dequeues take the second element. */
  | 'takes-second'
  /** Some dequeues say that there is nothing. */
  | 'says-empty'

/** Four processes on one queue. */
export function simulateFifo(seed: number, strength: FifoStrength): readonly Operation[] {
  const simulation = new Simulation(seed)
  const elements: Json[] = []
  let added = 0

  function* enqueue(element: Json) {
    elements.push(element)
    yield 0
    return {}
  }

  function* dequeue() {
    const isStrange = simulation.random() < 0.2
    if (strength === 'says-empty' && isStrange) return { output: null }
    const place = strength === 'takes-second' && isStrange && elements.length > 1 ? 1 : 0
    const element = elements[place] ?? null
    if (strength === 'peeks-first') yield 3
    if (elements[place] === element) elements.splice(place, 1)
    return { output: element }
  }

  function* process(id: number): Doing {
    for (let left = 20; left > 0; left--) {
      yield simulation.random() * 20
      const element = ++added
      if (simulation.random() < 0.5) yield* simulation.call(id, 'enqueue', element, () => enqueue(element))
      else yield* simulation.call(id, 'dequeue', null, dequeue)
    }
  }

  for (let id = 0; id < 4; id++) simulation.start(process(id))
  return simulation.run()
}
