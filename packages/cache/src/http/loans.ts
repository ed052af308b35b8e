import { Problem } from '@proving-ground/core-harness/service'
import { randomUUID } from 'node:crypto'
import type { CacheValue } from '../contract.ts'

/** A client that does not come back by then has failed. */
const RETURN_WITHIN_MS = 60_000
/** More work lent out at once is a leak of a client. */
const MOST_OPEN = 100_000

/** Either the operation has ended, or its next step is lent to the client under an id. */
export type Step<Result> = { readonly result: Result } | { readonly loan: string }

interface Loan {
  settle(outcome: { readonly value: CacheValue | undefined } | { readonly failure: Error }): void
  /** What becomes of the operation after this step; to be asked before that is settled. */
  next(): Promise<Step<unknown>>
  readonly timer: NodeJS.Timeout
}

/**
 * Lends a step of an operation of the cache to the client: the loader of `getOrLoad` and the commit of `update` are
 * functions of the caller, which cannot cross HTTP. The operation goes on inside of the service, with all that it holds
 * for the key; when it calls the function, the client is told to, and what the client returns is what the function gives.
 */
export class Loans {
  readonly #open = new Map<string, Loan>()

  /** Runs an operation up to its end, or to its first call of the function that it is given. */
  async lend<Result>(run: (borrowed: () => Promise<CacheValue | undefined>) => Promise<Result>): Promise<Step<Result>> {
    let asked = Promise.withResolvers<Step<Result>>()
    const borrowed = (): Promise<CacheValue | undefined> => {
      const { promise, resolve, reject } = Promise.withResolvers<CacheValue | undefined>()
      const id = this.#put({
        settle: (outcome) => ('value' in outcome ? resolve(outcome.value) : reject(outcome.failure)),
        next() {
          asked = Promise.withResolvers()
          return Promise.race([ended, asked.promise])
        },
      })
      asked.resolve({ loan: id })
      return promise
    }
    // Not at once: it may call its function before it returns.
    const ended = Promise.resolve()
      .then(() => run(borrowed))
      .then((result): Step<Result> => ({ result }))
    // Without a client that waits for it, a failure has nobody to go to.
    ended.catch(() => undefined)
    return await Promise.race([ended, asked.promise])
  }

  /** @throws Problem 404 when nothing is lent under that id; whatever the operation fails with */
  async giveBack(id: string, value: CacheValue | undefined): Promise<Step<unknown>> {
    const loan = this.#take(id)
    const next = loan.next()
    loan.settle({ value })
    return await next
  }

  /** The client's function failed: the operation ends as it does when its function fails. */
  async fail(id: string, failure: Error): Promise<void> {
    const loan = this.#take(id)
    const next = loan.next()
    loan.settle({ failure })
    await next.catch(() => undefined) // Its failure is the one that was told.
  }

  close(): void {
    for (const id of this.#open.keys())
      this.#take(id).settle({ failure: new Problem(503, 'the service stops; nothing was stored') })
  }

  #put(loan: Omit<Loan, 'timer'>): string {
    if (this.#open.size >= MOST_OPEN) throw new Problem(503, `${MOST_OPEN} loads and commits are under way already`)
    const id = randomUUID()
    const giveUp = (): void =>
      this.#take(id).settle({ failure: new Problem(504, `nothing came of loan ${id} within ${RETURN_WITHIN_MS} ms`) })
    this.#open.set(id, { ...loan, timer: setTimeout(giveUp, RETURN_WITHIN_MS) })
    return id
  }

  #take(id: string): Loan {
    const loan = this.#open.get(id)
    if (!loan)
      throw new Problem(404, 'nothing is lent under this id; it was given back, or its time has ended', { field: 'id' })
    this.#open.delete(id)
    clearTimeout(loan.timer)
    return loan
  }
}
