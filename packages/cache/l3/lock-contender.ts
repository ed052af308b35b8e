import type { Journal, Json } from '@proving-ground/core-harness/history'
import type { CacheNode, LockHandle } from '../src/contract.ts'

/** What a lock is for: it takes what holders write, and refuses who comes with a token lower than one that it knows. */
export class GuardedResource {
  /** Writes that were tried. */
  writes = 0
  #greatestToken = Number.NEGATIVE_INFINITY

  write(token: number): boolean {
    this.writes++
    if (token < this.#greatestToken) return false
    this.#greatestToken = token
    return true
  }
}

/** Who wants a lock, through a node; what it does is journaled for the checker `mutex`. */
export class Contender {
  readonly #journal: Journal
  readonly #process: number
  readonly #node: CacheNode
  readonly #resource: GuardedResource

  constructor(journal: Journal, node: CacheNode, resource: GuardedResource) {
    this.#journal = journal
    this.#process = journal.newProcess()
    this.#node = node
    this.#resource = resource
  }

  /** Undefined when others held it all the time. */
  async acquire(name: string, options: { ttlMs: number; waitMs: number }): Promise<LockHandle | undefined> {
    const handle = await this.#do('acquire', name, null, () => this.#node.locks.acquire(name, options), tokenOf)
    return handle || undefined
  }

  /** Writes to the resource. Gets to that only when its node is awake: that is where its program would run. */
  async use(handle: LockHandle): Promise<boolean> {
    const write = async (): Promise<boolean> => {
      await this.#node.get({ tenant: 'acme', key: 'what to write' })
      return this.#resource.write(handle.token)
    }
    return Boolean(await this.#do('use', handle.name, tokenOf(handle), write))
  }

  async release(handle: LockHandle): Promise<boolean> {
    return Boolean(await this.#do('release', handle.name, tokenOf(handle), () => this.#node.locks.release(handle)))
  }

  /** Undefined and false are what is refused. */
  async #do<Result>(
    f: string,
    name: string,
    input: Json,
    act: () => Promise<Result>,
    outputOf: (result: NonNullable<Result>) => Json = () => null,
  ): Promise<Result> {
    const operation = this.#journal.invoke(this.#process, f, input, name)
    try {
      const result = await act()
      if (result) this.#journal.ok(operation, outputOf(result))
      else this.#journal.fail(operation, 'refused')
      return result
    } catch (error) {
      this.#journal.info(operation, error)
      throw error
    }
  }
}

function tokenOf({ token }: LockHandle): Json {
  return { token }
}
