/** Connections of which each serves one request at a time. Who finds none free waits for one, first come first served. */
export class FreeList<Connection> {
  readonly #free: Connection[]
  readonly #waiting = new Set<(connection: Connection) => void>()

  constructor(connections: readonly Connection[]) {
    this.#free = [...connections]
  }

  /** Calls back with a connection, at once when one is free. @returns whether it did, or has to wait */
  take(use: (connection: Connection) => void): boolean {
    const connection = this.#free.pop()
    if (connection === undefined) this.#waiting.add(use)
    else use(connection)
    return connection !== undefined
  }

  /** Waits no longer. */
  leave(use: (connection: Connection) => void): void {
    this.#waiting.delete(use)
  }

  give(connection: Connection): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free.push(connection)
      return
    }
    this.#waiting.delete(next)
    next(connection)
  }
}
