interface Due {
  readonly dueMs: number
  readonly user: number
}

/** Users by when their next operation is due, the earliest first: a binary heap. */
export class DueQueue {
  readonly #heap: Due[] = []

  get size(): number {
    return this.#heap.length
  }

  /** Infinity when it is empty. */
  get nextDueMs(): number {
    return this.#heap[0]?.dueMs ?? Infinity
  }

  add(dueMs: number, user: number): void {
    const heap = this.#heap
    let at = heap.push({ dueMs, user }) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#dueAt(parent) <= dueMs) break
      this.#swap(at, parent)
      at = parent
    }
  }

  /** @returns the user whose operation is due first; undefined when there is none */
  take(): number | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (heap.length > 0 && last) {
      heap[0] = last
      this.#sink()
    }
    return first?.user
  }

  #sink(): void {
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      const least = this.#dueAt(right) < this.#dueAt(left) ? right : left
      if (this.#dueAt(least) >= this.#dueAt(at)) return
      this.#swap(at, least)
      at = least
    }
  }

  #dueAt(at: number): number {
    return this.#heap[at]?.dueMs ?? Infinity
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap
    const [one, other] = [heap[a] as Due, heap[b] as Due]
    heap[a] = other
    heap[b] = one
  }
}
