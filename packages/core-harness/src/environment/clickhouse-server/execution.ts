import { ClickHouseServerError, fromEngineMessage } from './clickhouse-error.ts'
import type { ExecutionPlan, ExecutionSummary } from './engine-messages.ts'
import type { EngineThread } from './engine-thread-handle.ts'

type Outcome = { summary: ExecutionSummary } | { error: ClickHouseServerError }

/** One statement under way: its pieces, in order and at the reader's pace, and how it ended. */
export class Execution {
  readonly id: number
  /** Resolves when the engine is done with it, however it ended. */
  readonly settled: Promise<void>
  readonly #plan: ExecutionPlan
  readonly #kill: () => void
  readonly #pieces: Uint8Array[] = []
  #settle: () => void = () => undefined
  #arrived: () => void = () => undefined
  #outcome: Outcome | undefined
  #thread: EngineThread | undefined
  #cancelled = false

  /** @param kill asks the engine to stop the statement while it computes */
  constructor(id: number, plan: ExecutionPlan, kill: () => void) {
    this.id = id
    this.#plan = plan
    this.#kill = kill
    this.settled = new Promise((resolve) => (this.#settle = resolve))
  }

  get isSettled(): boolean {
    return this.#outcome !== undefined
  }

  /** What it came to; complete once `pieces` has ended. */
  get summary(): ExecutionSummary | undefined {
    return this.#outcome && 'summary' in this.#outcome ? this.#outcome.summary : undefined
  }

  startOn(thread: EngineThread) {
    this.#thread = thread
    thread.listen(this.id, (reply) => {
      if (reply.type === 'piece') this.#pieces.push(reply.bytes)
      else this.#end(reply.type === 'end' ? { summary: reply.summary } : { error: fromEngineMessage(reply.message) })
      this.#arrived()
    })
    thread.send({ type: 'execute', id: this.id, plan: this.#plan })
  }

  /** @throws ClickHouseServerError when the statement failed, after the pieces that came before */
  async *pieces(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const piece = this.#pieces.shift()
      if (piece) {
        yield piece
        if (!this.isSettled) this.#thread?.send({ type: 'next', id: this.id })
      } else if (this.#outcome) {
        if ('error' in this.#outcome) throw this.#outcome.error
        return
      } else {
        await new Promise<void>((resolve) => (this.#arrived = resolve))
      }
    }
  }

  /** Has no effect once settled. */
  cancel() {
    if (this.isSettled || this.#cancelled) return
    this.#cancelled = true
    if (!this.#thread) {
      this.#end({ error: new ClickHouseServerError({ code: 394, type: 'QUERY_WAS_CANCELLED' }, 'Query was cancelled') })
      this.#arrived()
      return
    }
    this.#thread.send({ type: 'cancel', id: this.id })
    this.#kill()
  }

  #end(outcome: Outcome) {
    this.#outcome = outcome
    this.#settle()
  }
}
