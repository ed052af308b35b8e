import type { FaultMark } from './operation.ts'

/** What ends a fault that is not called `start-…`; the nemesis of jepsen.nemesis.combined has these. */
const ENDS: Readonly<Record<string, string>> = { stop: 'start', resume: 'pause', start: 'kill' }
const BEGINNINGS = new Set(Object.values(ENDS))

/**
 * Makes marks of what Jepsen's nemesis did. It writes each operation twice, when it begins it and when it is done. A fault goes
 * from the beginning of `start-partition` to the end of `stop-partition`; so do `start` and `stop`, `pause` and `resume`, `kill`
 * and `start`. Anything else is a fault from its own beginning to its own end.
 */
export class NemesisLog {
  readonly #marks: FaultMark[] = []
  #open: Omit<FaultMark, 'toNs'>[] = []
  /** When each operation that is not done was begun. */
  readonly #begunNs = new Map<string, number>()

  add(f: string, target: string, timeNs: number): void {
    const begunNs = this.#begunNs.get(f)
    const isDone = begunNs !== undefined
    if (isDone) this.#begunNs.delete(f)
    else this.#begunNs.set(f, timeNs)

    const ended = this.#endedBy(f)
    if (ended !== undefined) {
      if (isDone) this.#end(ended, target, timeNs)
      return
    }
    const begun = f.startsWith('start-') ? f.slice('start-'.length) : BEGINNINGS.has(f) ? f : undefined
    if (begun === undefined) {
      if (isDone) this.#marks.push({ kind: f, target, fromNs: begunNs, toNs: timeNs })
    } else if (!isDone) this.#open.push({ kind: begun, target, fromNs: timeNs })
  }

  /** In the order in which they began. What was never ended lasts until the end of the history. */
  marks(endNs: number): FaultMark[] {
    const lasting = this.#open.map((mark) => ({ ...mark, toNs: Math.max(endNs, mark.fromNs) }))
    return [...this.#marks, ...lasting].sort((a, b) => a.fromNs - b.fromNs)
  }

  #endedBy(f: string): string | undefined {
    if (f.startsWith('stop-')) return f.slice('stop-'.length)
    const kind = ENDS[f]
    // `start` is the end of a kill, and else the beginning of something.
    return f === 'start' && !this.#open.some((mark) => mark.kind === kind) ? undefined : kind
  }

  /** Ends the faults of a kind: that of the target, or all where the target is another. */
  #end(kind: string, target: string, toNs: number): void {
    const ofKind = this.#open.filter((mark) => mark.kind === kind)
    const ofTarget = ofKind.filter((mark) => mark.target === target)
    const ended = ofTarget.length > 0 ? ofTarget : ofKind
    for (const mark of ended) this.#marks.push({ ...mark, toNs })
    this.#open = this.#open.filter((mark) => !ended.includes(mark))
  }
}
