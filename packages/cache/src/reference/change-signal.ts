/** Wakes those who wait for a Redis key to change. */
export class ChangeSignal {
  readonly #watchers = new Map<string, Set<() => void>>()

  /** Watches from now on; `changed` resolves at the first change, or never. Call `stop` when done. */
  watch(redisKey: string): { readonly changed: Promise<void>; stop(): void } {
    const { promise: changed, resolve } = Promise.withResolvers<void>()
    const watchers = this.#watchers.get(redisKey) ?? new Set()
    this.#watchers.set(redisKey, watchers.add(resolve))
    const stop = (): void => {
      if (watchers.delete(resolve) && watchers.size === 0) this.#watchers.delete(redisKey)
    }
    return { changed, stop }
  }

  notify(redisKey: string): void {
    for (const wake of this.#watchers.get(redisKey) ?? []) wake()
  }

  notifyAll(): void {
    for (const redisKey of this.#watchers.keys()) this.notify(redisKey)
  }
}
