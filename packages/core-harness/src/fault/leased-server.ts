import type { EnvironmentClient } from '../environment/client.ts'
import type { Lease } from '../environment/protocol.ts'
import type { Killable, Pausable } from './process-fault.ts'

/**
 * The server of a lease, for faults. It has to be the lease's own (`{ dedicated: true }`); else each call fails with
 * NoOwnServerError, which makes a guarantee not offered.
 */
export class LeasedServer implements Pausable, Killable {
  readonly #client: Pick<EnvironmentClient, 'control'>
  readonly #lease: Lease
  readonly #at: { readonly node?: number }

  /** @param at.node one node of a cluster, as in the lease's URLs; all when left out */
  constructor(client: Pick<EnvironmentClient, 'control'>, lease: Lease, at: { readonly node?: number } = {}) {
    this.#client = client
    this.#lease = lease
    this.#at = at
  }

  /** SIGSTOP to all its processes, or `docker pause`; resolves when all are stopped. */
  async pause(): Promise<void> {
    await this.#client.control(this.#lease, 'pause', this.#at)
  }

  async resume(): Promise<void> {
    await this.#client.control(this.#lease, 'resume', this.#at)
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#client.control(this.#lease, 'kill', this.#at)
  }

  /** At the same URLs, with what it keeps on disk; ended in order before where it runs. Resolves when it answers. */
  async restart(): Promise<void> {
    await this.#client.control(this.#lease, 'restart', this.#at)
  }
}
