import { HistoryMistakeError } from '../checkers/checker.ts'
import { valueText } from '../operation-text.ts'
import type { Call, Diagnosis, Impasse, Model } from './model.ts'

interface QueueCall extends Call {
  readonly enqueues?: number
  /** What it got; null where it found the queue empty. */
  readonly dequeues?: number | null
}

/** Characters of a state for one element: a state is the elements, the head first. */
const WIDTH = 2

/** Elements that leave in the order in which they came. */
export const fifoQueue: Model<QueueCall> = {
  functions: {
    enqueue: 'the element, not null → anything',
    dequeue: 'nothing → the element, null where there was none',
  },
  observers: ['dequeue'],
  start: () => '',
  call(operation, values) {
    const { f, input, output, outcome } = operation
    if (f !== 'enqueue' && f !== 'dequeue')
      throw new HistoryMistakeError('linearizable', operation, 'is no operation of a queue')
    if (f === 'enqueue' && input === null)
      throw new HistoryMistakeError('linearizable', operation, 'adds null, which says that a queue is empty')
    if (outcome === 'fail') return undefined
    const common = { operation, isRead: false, isOverwrite: false }
    if (f === 'enqueue') {
      const element = values.id(input)
      return {
        ...common,
        enqueues: element,
        effect: `enqueue ${element}`,
        step: (state) => `${state}${characters(element)}`,
      }
    }
    if (outcome === 'info')
      return { ...common, effect: 'dequeue', step: (state) => (state === '' ? undefined : String(state).slice(WIDTH)) }
    if (output === null)
      return {
        ...common,
        isRead: true,
        dequeues: null,
        effect: 'empty',
        step: (state) => (state === '' ? state : undefined),
      }
    const element = values.id(output)
    const head = characters(element)
    return {
      ...common,
      dequeues: element,
      effect: `dequeue ${element}`,
      step: (state) => (String(state).startsWith(head) ? String(state).slice(WIDTH) : undefined),
    }
  },
  omissible(calls) {
    // Without all that is done to some elements the others still come to the head in their order, and the queue is empty whenever
    // it was; a dequeue of unknown end that took one of them need not have happened. The same holds without the enqueue of an
    // element that nobody gets: behind it nobody gets anything.
    const byElement = Map.groupBy(calls, ({ enqueues, dequeues }) => enqueues ?? dequeues)
    return [...byElement].flatMap(([element, set]) => {
      if (element === undefined) return []
      const isGotten = element !== null && set.some(({ dequeues }) => dequeues !== undefined)
      return isGotten ? [set] : set.map((one) => [one])
    })
  },
  diagnose,
  describe(state, values) {
    const elements = String(state).match(/[^]{2}/g) ?? []
    const texts = elements.map((pair) => valueText(values.value(elementOf(pair)), 20))
    if (texts.length === 0) return 'is empty'
    return `holds ${texts.slice(0, 8).join(', ')}${texts.length > 8 ? ` and ${texts.length - 8} more` : ''}`
  },
}

function diagnose({ culprit, calls, failed, values }: Impasse<QueueCall>): Diagnosis | undefined {
  const { dequeues: element, operation } = culprit
  if (element === undefined) return undefined
  // Where an unknown dequeue may have taken it, nothing can be said of an element that is missing.
  const takesUnseen = calls.some((one) => one.enqueues === undefined && one.dequeues === undefined)
  const enqueuesOf = (one: number) => calls.filter(({ enqueues }) => enqueues === one)
  const dequeuesOf = (one: number) => calls.filter(({ dequeues }) => dequeues === one)
  const dequeued = new Set(calls.map(({ dequeues }) => dequeues))
  /** What was added before a time, and nobody began to take before the culprit ended. */
  const waiting = (beforeNs: number) =>
    calls.find(
      ({ enqueues, operation: { outcome, completedNs } }) =>
        enqueues !== undefined && !takesUnseen && !dequeued.has(enqueues) && outcome === 'ok' && completedNs < beforeNs,
    )

  if (element === null) {
    const there = waiting(operation.invokedNs)?.operation
    if (there === undefined) return undefined
    return {
      kind: 'false-empty',
      contradiction: (text) => `although ${text(there)} had ended before, and nobody had taken that element`,
      operations: [there],
    }
  }
  const enqueues = enqueuesOf(element)
  if (enqueues.length === 0) {
    const refused = failed.find(({ f, input }) => f === 'enqueue' && values.id(input) === element)
    return refused
      ? {
          kind: 'aborted-enqueue',
          contradiction: (text) => `although only ${text(refused)} would have added it, and failed`,
          operations: [refused],
        }
      : { kind: 'never-enqueued', contradiction: () => 'although nobody had added it', operations: [] }
  }
  const others = dequeuesOf(element).filter((one) => one !== culprit)
  if (others.length >= enqueues.length)
    return {
      kind: 'duplicate',
      contradiction: (text) =>
        `although ${others.map((one) => text(one.operation)).join(' and ')} got it too, and it was added ` +
        (enqueues.length === 1 ? 'only once' : `only ${enqueues.length} times`),
      operations: others.map((one) => one.operation),
    }
  const ahead = waiting(enqueues[0]?.operation.invokedNs ?? NaN)?.operation
  if (ahead === undefined) return undefined
  return {
    kind: 'fifo-inversion',
    contradiction: (text) =>
      `although ${text(ahead)} had ended before that element was added, and nobody had taken what it added`,
    operations: [ahead],
  }
}

function characters(element: number): string {
  return String.fromCharCode(element >> 15, element & 0x7fff)
}

function elementOf(pair: string): number {
  return (pair.charCodeAt(0) << 15) | pair.charCodeAt(1)
}
