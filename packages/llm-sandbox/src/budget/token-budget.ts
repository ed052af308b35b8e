/** What became of a budget, in tokens. */
export interface BudgetFigures {
  readonly budgetTokens: number
  /** Of requests that have ended. */
  readonly usedTokens: number
  /** At most what the requests under way will use. */
  readonly reservedTokens: number
  /** Requests that could have gone beyond the budget, and were not sent. */
  readonly refusedRequests: number
}

export interface Reservation {
  readonly tokens: number
  /** Replaces what was reserved by what was used. Only the first call counts. */
  settle(usedTokens: number): void
}

/**
 * Tokens that may be used at most. Each request reserves its worst case first, so that used and reserved together never
 * exceed the budget, however many run at once, as long as no request uses more than it reserved.
 */
export class TokenBudget {
  readonly #budgetTokens: number
  #usedTokens = 0
  #reservedTokens = 0
  #refusedRequests = 0

  constructor(budgetTokens: number) {
    this.#budgetTokens = budgetTokens
  }

  /** @returns undefined when the budget does not hold that much any more */
  reserve(tokens: number): Reservation | undefined {
    if (this.#usedTokens + this.#reservedTokens + tokens > this.#budgetTokens) {
      this.#refusedRequests++
      return undefined
    }
    this.#reservedTokens += tokens
    let isOpen = true
    return {
      tokens,
      settle: (usedTokens) => {
        if (!isOpen) return
        isOpen = false
        this.#reservedTokens -= tokens
        this.#usedTokens += usedTokens
      },
    }
  }

  figures(): BudgetFigures {
    return {
      budgetTokens: this.#budgetTokens,
      usedTokens: this.#usedTokens,
      reservedTokens: this.#reservedTokens,
      refusedRequests: this.#refusedRequests,
    }
  }
}
