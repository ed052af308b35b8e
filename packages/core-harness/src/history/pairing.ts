import type { EventLine } from './history-format.ts'
import type { Operation } from './operation.ts'

/** A line that cannot follow on those before it. */
export class PairingMistake extends Error {}

type Draft = { -readonly [Field in keyof Operation]: Operation[Field] }

/** Puts the lines of a history together to operations: each `invoke` with the next line of its process. */
export class Pairing {
  /** In the order of their invokes. One that has not ended is `info`, and completed at Infinity. */
  readonly operations: Operation[] = []
  readonly #open = new Map<number, Draft>()
  readonly #retired = new Set<number>()

  /** Sentences on operations that have not ended. */
  get notes(): string[] {
    const { size } = this.#open
    if (size === 0) return []
    return [
      `No end of ${size === 1 ? '1 operation' : `${size} operations`}: counted as info, because it may have happened.`,
    ]
  }

  /**
   * @param event the next in time
   * @param index its place in the history
   * @throws PairingMistake for what no process can do
   */
  add(event: EventLine, index: number): void {
    const { type, process, f, timeNs } = event
    const open = this.#open.get(process)
    if (type === 'invoke') {
      if (open)
        throw new PairingMistake(`process ${process} begins "${f}" while it does "${open.f}", which has not ended`)
      if (this.#retired.has(process))
        throw new PairingMistake(`process ${process} begins "${f}" after info: it was done with`)
      this.#begin(event, index)
      return
    }
    if (!open) throw new PairingMistake(`process ${process} ends "${f}" (${type}), which it has not begun`)
    if (open.f !== f) throw new PairingMistake(`process ${process} ends "${f}" (${type}), but it does "${open.f}"`)
    this.#open.delete(process)
    open.outcome = type
    open.completedNs = timeNs
    if (type === 'ok') open.output = event.value ?? null
    else if (event.error !== undefined) open.error = event.error
    if (type === 'info') this.#retired.add(process)
  }

  #begin({ process, f, key, value, timeNs }: EventLine & { type: 'invoke' }, index: number): void {
    const draft: Draft = {
      index,
      process,
      f,
      input: value ?? null,
      output: null,
      outcome: 'info',
      invokedNs: timeNs,
      completedNs: Infinity,
    }
    if (key !== undefined) draft.key = key
    this.#open.set(process, draft)
    this.operations.push(draft)
  }
}
