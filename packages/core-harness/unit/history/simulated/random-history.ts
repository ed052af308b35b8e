import type { Json, Operation, Outcome } from '../../../src/history/operation.ts'
import { written } from '../written.ts'
import type { Written } from '../written.ts'

/** What a history of a model is made of. */
export type ModelName = 'register' | 'cas-register' | 'map' | 'mutex' | 'fifo-queue'

/** How much of a history is not as an object that keeps its promise would answer it. */
interface Strangeness {
  /** Of the answers, from 0 to 1. */
  readonly wrong: number
  /** Of the operations, from 0 to 1. */
  readonly unknown: number
  readonly failed: number
}

const KEYED: Readonly<Record<string, string>> = { map: 'k' }

/**
 * Operations on one object that were done one after the other, each at some instant, with a random interval around it: they are
 * linearizable, unless answers were made wrong.
 *
 * @param random from 0 to 1
 */
export function randomHistory(
  model: ModelName,
  length: number,
  random: () => number,
  { wrong, unknown, failed }: Strangeness,
): readonly Operation[] {
  const draw = <One>(...from: readonly One[]): One => from[Math.floor(random() * from.length)] as One
  const happens = (probability: number): boolean => random() < probability
  const value = (): number => draw(1, 2, 3)
  let state: Json = model === 'fifo-queue' ? [] : model === 'mutex' ? false : null
  let holder = 0
  const lines: Written[] = []
  for (let at = 0; at < length; at++) {
    const outcome: Outcome = happens(failed) ? 'fail' : happens(unknown) ? 'info' : 'ok'
    // What failed did not happen; what is unknown may have.
    const isDone = outcome === 'ok' || (outcome === 'info' && happens(0.5))
    const before = state
    const { f, input, output, after, process } = step()
    if (isDone) state = after
    const found = outcome === 'ok' && happens(wrong) ? another(f, output) : output
    // A process does one thing at a time: it ends to acquire before it begins to release.
    const fromMs = f === 'release' ? at : at - Math.floor(random() * 4)
    const toMs = f === 'acquire' ? at : at + Math.floor(random() * 4)
    const key = KEYED[model]
    lines.push([f, input, found, fromMs, toMs, { outcome, ...(key && { key }), ...(process && { process }) }])

    function step(): { f: string; input: Json; output: Json; after: Json; process?: number } {
      if (model === 'mutex') {
        const f = state === true ? 'release' : 'acquire'
        if (f === 'acquire' && isDone) holder = at + 1
        return { f, input: null, output: null, after: !state, process: f === 'release' ? holder : at + 1 }
      }
      if (model === 'fifo-queue') {
        const [head = null, ...rest] = before as readonly Json[]
        if (happens(0.5)) return { f: 'dequeue', input: null, output: head, after: rest }
        const input = value()
        return { f: 'enqueue', input, output: null, after: [...(before as readonly Json[]), input] }
      }
      const [read, write] = model === 'map' ? ['get', 'put'] : ['read', 'write']
      const f = draw(
        read,
        read,
        write,
        ...(model === 'register' ? [] : ['cas']),
        ...(model === 'map' ? ['delete'] : []),
      )
      if (f === read) return { f, input: null, output: before, after: before }
      if (f === 'delete') return { f, input: null, output: draw(null, before !== null), after: null }
      if (f === write) {
        const input = value()
        return { f, input, output: null, after: input }
      }
      const expected = happens(0.7) ? before : value()
      const input = [expected, value()]
      const isEqual = expected === before
      return { f, input, output: isEqual, after: isEqual ? (input[1] as Json) : before }
    }
  }
  return written(...lines)

  /** Another answer of the same shape. */
  function another(f: string, output: Json): Json {
    if (typeof output === 'boolean') return !output
    return ['read', 'get', 'dequeue'].includes(f) ? draw(null, 1, 2, 3) : output
  }
}
