import { HarnessError } from './errors.ts'
import { NoOwnServerError } from './protocol.ts'
import type { ServerAction } from './protocol.ts'

/** One process of a server with all that it started, or a container: what can be paused and killed by itself. */
export interface ServerNode {
  /**
   * Ends it; what it keeps on disk stays, for `start`.
   *
   * @param how outright (SIGKILL), or in order: it is asked to end, and has some time to do so
   */
  halt(how: 'outright' | 'in order'): Promise<void>
  /** Runs it anew on the same ports; resolves before it is ready. */
  start(): Promise<void> | void
  /** Resolves when all its processes are stopped. */
  pause(): Promise<void>
  /** Resolves when none of its processes is stopped. */
  resume(): Promise<void>
}

type State = 'running' | 'paused' | 'down'

/** What is done on purpose to the nodes of one server, one thing after the other. */
export class ServerControl {
  readonly #title: string
  readonly #nodes: readonly { readonly node: ServerNode; state: State }[]
  readonly #untilHealthy: (signal: AbortSignal) => Promise<unknown>
  #last: Promise<unknown> = Promise.resolve()

  /** @param untilHealthy resolves when the whole server answers */
  constructor(title: string, nodes: readonly ServerNode[], untilHealthy: (signal: AbortSignal) => Promise<unknown>) {
    this.#title = title
    this.#nodes = nodes.map((node) => ({ node, state: 'running' }))
    this.#untilHealthy = untilHealthy
  }

  get isDown(): boolean {
    return this.#nodes.some(({ state }) => state === 'down')
  }

  /**
   * @param index of one node, as in the server's URLs; all when left out
   * @throws HarnessError for what cannot be done in its state, or when it does not come up again; NoOwnServerError for a node
   *   that is no process or container of its own
   */
  act(action: ServerAction, index: number | undefined, signal: AbortSignal): Promise<void> {
    const acted = this.#last.then(() => this.#act(action, index, signal))
    this.#last = acted.catch(() => undefined) // Whoever asked for it is told.
    return acted
  }

  /** Before it is stopped for good: a paused server does not hear that it is to end. */
  async unpause(): Promise<void> {
    for (const one of this.#nodes) {
      if (one.state !== 'paused') continue
      await one.node.halt('outright')
      one.state = 'down'
    }
  }

  async #act(action: ServerAction, index: number | undefined, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const chosen = this.#chosen(index)
    await Promise.all(chosen.map((one) => this.#change(one, action)))
    // A cluster does not answer as a whole while another of its nodes is down or stopped.
    if (action === 'restart' && this.#nodes.every(({ state }) => state === 'running')) await this.#untilHealthy(signal)
  }

  async #change(one: { readonly node: ServerNode; state: State }, action: ServerAction): Promise<void> {
    const { node } = one
    switch (action) {
      case 'kill':
        if (one.state !== 'down') await node.halt('outright')
        one.state = 'down'
        return
      case 'restart':
        if (one.state === 'paused') await node.resume()
        if (one.state !== 'down') await node.halt('in order')
        one.state = 'down'
        await node.start()
        one.state = 'running'
        return
      case 'pause':
      case 'resume':
        if (one.state === 'down')
          throw new HarnessError(`asking ${this.#title} to ${action}: it was killed`, { remedy: 'Restart it first.' })
        // Marked first: what was stopped in part has to be treated as stopped.
        if (action === 'pause') one.state = 'paused'
        await node[action]()
        if (action === 'resume') one.state = 'running'
    }
  }

  #chosen(index: number | undefined) {
    if (index === undefined) return this.#nodes
    const one = this.#nodes.length > 1 ? this.#nodes[index] : undefined
    if (one) return [one]
    throw new NoOwnServerError(
      `asking for node ${index} of ${this.#title}: it is no process of its own, of which there are ${this.#nodes.length}`,
      { remedy: 'Masters of a cluster are processes of their own with the native provider (HARNESS_PROVIDER=native).' },
    )
  }
}
