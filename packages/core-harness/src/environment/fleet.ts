import { randomBytes } from 'node:crypto'

import { loadDependency } from './catalog/index.ts'
import { readConfiguration } from './configuration.ts'
import type { Dependency, LeaseOptions } from './dependency.ts'
import { HarnessError } from './errors.ts'
import type { Keeper } from './keeper-client.ts'
import { CancelledError, NoOwnServerError } from './protocol.ts'
import type { Lease, ServerAction, ServerStatus, Wish } from './protocol.ts'
import { preferenceOf, resolveProvider } from './providers/resolve.ts'
import type { Preference, Resolution } from './providers/resolve.ts'
import { answers, startServer } from './server-starter.ts'
import type { RunningServer } from './server-starter.ts'
import { SharedServer } from './shared-server.ts'
import { withoutPassword } from './url-secrets.ts'

/** How long an answer of a Docker daemon or a search for programs counts. */
const RESOLUTION_HOLDS_MS = 30_000
/** What `end` grants requests to notice that they were given up. The keeper removes what comes later. */
const GIVE_UP_WITHIN_MS = 5_000

interface Plan {
  readonly dependency: Dependency
  readonly resolution: Resolution
}

/** All servers that run for this workspace, and the leases on them. */
export class Fleet {
  readonly #owner: string
  readonly #root: string
  readonly #keeper: Keeper
  readonly #report: (error: unknown) => void
  readonly #shared = new Map<string, SharedServer>()
  readonly #leases = new Map<string, { readonly server: RunningServer; readonly own: boolean }>()
  readonly #resolutions = new Map<string, { readonly until: number; readonly resolution: Promise<Resolution> }>()
  readonly #ending = new AbortController()
  /** What `end` waits for: requests, and servers that are being stopped. */
  readonly #working = new Set<Promise<unknown>>()

  /**
   * @param root folder below which native servers get theirs
   * @param report is told what fails when nobody waits for it
   */
  constructor(owner: string, root: string, keeper: Keeper, report: (error: unknown) => void) {
    this.#owner = owner
    this.#root = root
    this.#keeper = keeper
    this.#report = report
  }

  /**
   * Starts what is needed, once, and hands out an isolated part of it.
   *
   * @param signal says that nobody wants it any more; nothing of it is left when the promise is rejected
   */
  lease(wish: Wish, options: LeaseOptions, signal: AbortSignal): Promise<Lease> {
    return this.#untilEnd(signal, async (both) => {
      const plan = await this.#plan(wish)
      const own = this.#getsOwn(plan, options)
      for (let attempt = 1; ; attempt++) {
        const server = own
          ? await this.#start(plan, options, { isOwn: true, signal: both })
          : await this.#sharedServer(plan, both)
        try {
          return await this.#slice(server, own, options, both)
        } catch (error) {
          // A server that ended without notice, such as a container's, is replaced once.
          if (own || attempt > 1 || both.aborted || (await answers(server))) throw error
          this.#replace(server)
        }
      }
    })
  }

  /** Cleans up after a lease. Safe for an unknown one: it was released before. */
  async release(id: string): Promise<void> {
    const lease = this.#leases.get(id)
    if (!lease) return
    this.#leases.delete(id)
    await this.#track(this.#clean(id, lease))
  }

  /**
   * Does something to the server of a lease on purpose.
   *
   * @throws NoOwnServerError when others use it too; HarnessError when the lease is unknown, or it cannot be done
   */
  control(id: string, action: ServerAction, node: number | undefined, signal: AbortSignal): Promise<void> {
    return this.#untilEnd(signal, async (both) => {
      const lease = this.#leases.get(id)
      if (!lease) throw new HarnessError(`asking for "${action}" of the server of a lease: it was released`)
      const { server, own } = lease
      if (!own || !server.control)
        throw new NoOwnServerError(`asking for "${action}" of ${server.dependency.title}: others use the server too`, {
          remedy:
            server.provider === 'external'
              ? `Unset ${server.dependency.urlVariable}, so that the harness can start servers.`
              : 'Lease it with { dedicated: true }.',
        })
      await server.control.act(action, node, both)
    })
  }

  /** Starts the shared server of a dependency. */
  up(wish: Wish, signal: AbortSignal): Promise<void> {
    return this.#untilEnd(signal, async (both) => {
      const server = await this.#sharedServer(await this.#plan(wish), both)
      if (await answers(server)) return
      this.#replace(server)
      await this.#sharedServer(await this.#plan(wish), both)
    })
  }

  status(): ServerStatus[] {
    const leases = [...this.#leases.values()]
    const shared = [...this.#shared.values()].flatMap(({ server }) => server ?? [])
    const servers = new Set([...shared, ...leases.map(({ server }) => server)])
    return [...servers].map((server) => ({
      dependency: server.dependency.name,
      provider: server.provider,
      version: server.version,
      urls: server.urls.map(withoutPassword),
      leases: leases.filter((lease) => lease.server === server).length,
      startedInMs: Math.round(server.startedInMs),
      isAlive: server.alive && server.control?.isDown !== true,
      logFile: server.logFile,
    }))
  }

  /** Ends everything, what is being started and leased too. */
  async end(): Promise<void> {
    const reason = new CancelledError('asking the supervisor: it is ending', { remedy: 'Give the command again.' })
    this.#ending.abort(reason)
    await this.#settle()
    await Promise.allSettled([...this.#leases.keys()].map((id) => this.release(id)))
    const shared = [...this.#shared.values()]
    this.#shared.clear()
    for (const one of shared) this.#inBackground(one.giveUp(reason).then((server) => server && this.#retire(server)))
    await this.#settle()
  }

  async #plan(wish: Wish): Promise<Plan> {
    const dependency = await loadDependency(wish.dependency)
    const configuration = readConfiguration()
    const startWithinMs = configuration.dependencies[wish.dependency]?.startWithinMs ?? dependency.startWithinMs
    const preference = preferenceOf(dependency, configuration, wish.variables)
    return { dependency: { ...dependency, startWithinMs }, resolution: await this.#resolve(dependency, preference) }
  }

  #getsOwn({ dependency, resolution }: Plan, options: LeaseOptions): boolean {
    const needsOwn =
      options.dedicated === true || options.maxmemoryBytes !== undefined || options.maxmemoryPolicy !== undefined
    if (resolution.provider !== 'external') return dependency.tenancy === 'own' || needsOwn
    if (!needsOwn) return false
    throw new NoOwnServerError(
      `leasing ${dependency.title}: a server of its own was asked for, and ${dependency.urlVariable} names one that others use`,
      { remedy: `Unset ${dependency.urlVariable}, so that the harness can start servers.` },
    )
  }

  async #slice(server: RunningServer, own: boolean, options: LeaseOptions, signal: AbortSignal): Promise<Lease> {
    const id = `l${randomBytes(5).toString('hex')}`
    this.#leases.set(id, { server, own })
    const { dependency, provider, version, peerAddress } = server
    if (provider === 'external') this.#keeper.keep({ id, kind: 'lease', lease: id, ...addressOf(server) })
    try {
      const slice = await dependency.slice(server, id, options)
      signal.throwIfAborted()
      return { ...slice, id, dependency: dependency.name, provider, version, dedicated: own, peerAddress }
    } catch (error) {
      await this.release(id)
      throw error
    }
  }

  async #clean(id: string, { server, own }: { readonly server: RunningServer; readonly own: boolean }): Promise<void> {
    if (own) return await this.#stop(server)
    // What a server that died held is gone with it.
    if (!server.alive) return
    try {
      await server.dependency.clean(server, id)
    } catch (error) {
      if (server.provider === 'external' || (await answers(server))) throw error
    }
    if (server.provider === 'external') this.#keeper.drop(id)
  }

  async #sharedServer(plan: Plan, signal: AbortSignal): Promise<RunningServer> {
    const key = JSON.stringify([plan.dependency.name, plan.resolution])
    const present = this.#shared.get(key)
    if (present?.isUsable) return await present.wait(signal)
    if (present?.server) this.#inBackground(this.#retire(present.server))
    const starting = new SharedServer((given) => this.#start(plan, {}, { isOwn: false, signal: given }))
    this.#shared.set(key, starting)
    return await starting.wait(signal)
  }

  async #start(
    { dependency, resolution }: Plan,
    options: LeaseOptions,
    site: { readonly isOwn: boolean; readonly signal: AbortSignal },
  ): Promise<RunningServer> {
    if (resolution.provider === 'container') this.#keeper.keep({ id: 'containers', kind: 'containers' })
    const whole = { owner: this.#owner, root: this.#root, ...site }
    const server = await startServer(dependency, resolution, options, whole)
    if (resolution.provider === 'external')
      this.#keeper.keep({ id: nameOf(server), kind: 'lease', lease: this.#owner, ...addressOf(server) })
    return server
  }

  /** Makes the next who asks start another. */
  #replace(server: RunningServer): void {
    for (const [key, shared] of this.#shared) if (shared.server === server) this.#shared.delete(key)
    this.#inBackground(this.#retire(server))
  }

  async #retire(server: RunningServer): Promise<void> {
    try {
      if (server.provider === 'external') {
        await server.dependency.clean(server, this.#owner)
        this.#keeper.drop(nameOf(server))
      }
    } finally {
      await this.#stop(server)
    }
  }

  /** The server first: connections to one that is paused would not close. */
  async #stop(server: RunningServer): Promise<void> {
    try {
      await server.stop()
    } finally {
      await server.dependency.release?.(server)
    }
  }

  #resolve(dependency: Dependency, preference: Preference): Promise<Resolution> {
    const key = JSON.stringify([dependency.name, preference])
    const known = this.#resolutions.get(key)
    if (known && performance.now() < known.until) return known.resolution
    const resolution = resolveProvider(dependency, preference)
    this.#resolutions.set(key, { until: performance.now() + RESOLUTION_HOLDS_MS, resolution })
    resolution.catch(() => this.#resolutions.delete(key)) // What is missing may be installed by the next time.
    return resolution
  }

  /** Does something that `end` interrupts and waits for. */
  #untilEnd<Value>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
    const both = AbortSignal.any([signal, this.#ending.signal])
    if (both.aborted) return Promise.reject(both.reason as Error)
    return this.#track(work(both))
  }

  #track<Value>(work: Promise<Value>): Promise<Value> {
    this.#working.add(work)
    work.then(
      () => this.#working.delete(work),
      () => this.#working.delete(work), // Reported to whoever asked for it.
    )
    return work
  }

  #inBackground(work: Promise<unknown>): void {
    this.#track(work).catch(this.#report)
  }

  async #settle(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => (timer = setTimeout(resolve, GIVE_UP_WITHIN_MS)))
    await Promise.race([Promise.allSettled([...this.#working]), late])
    clearTimeout(timer)
  }
}

function addressOf({ dependency, urls, version, holder }: RunningServer) {
  return { dependency: dependency.name, urls, version, holder }
}

function nameOf(server: RunningServer): string {
  return `${server.dependency.name} ${server.urls.join(' ')}`
}
