import { randomBytes } from 'node:crypto'

import { loadDependency } from './catalog/index.ts'
import { readConfiguration } from './configuration.ts'
import type { Dependency, LeaseOptions } from './dependency.ts'
import type { Keeper } from './keeper-client.ts'
import { NoOwnServerError } from './protocol.ts'
import type { Lease, ServerStatus, Wish } from './protocol.ts'
import { withoutPassword } from './providers/external.ts'
import { preferenceOf, resolveProvider } from './providers/resolve.ts'
import type { Preference, Resolution } from './providers/resolve.ts'
import { startServer } from './server-starter.ts'
import type { RunningServer } from './server-starter.ts'

/** How long an answer of a Docker daemon or a search for programs counts. */
const RESOLUTION_HOLDS_MS = 30_000

/** All servers that run for this workspace, and the leases on them. */
export class Fleet {
  readonly #owner: string
  readonly #root: string
  readonly #keeper: Keeper
  readonly #shared = new Map<string, Promise<RunningServer>>()
  readonly #leases = new Map<string, { readonly server: RunningServer; readonly own: boolean }>()
  readonly #resolutions = new Map<string, { readonly until: number; readonly resolution: Promise<Resolution> }>()

  /** @param root folder below which native servers get theirs */
  constructor(owner: string, root: string, keeper: Keeper) {
    this.#owner = owner
    this.#root = root
    this.#keeper = keeper
  }

  get leaseCount(): number {
    return this.#leases.size
  }

  /** Starts what is needed, once, and hands out an isolated part of it. */
  async lease(wish: Wish, options: LeaseOptions): Promise<Lease> {
    const dependency = await loadDependency(wish.dependency)
    const preference = preferenceOf(dependency, readConfiguration(), wish.variables)
    const resolution = await this.#resolve(dependency, preference)
    const own = resolution.provider !== 'external' && (dependency.tenancy === 'own' || options.dedicated === true)
    if (!own && needsOwnServer(options))
      throw new NoOwnServerError(
        `leasing ${dependency.title}: a server of its own was asked for, and ${dependency.urlVariable} names one that others use`,
        { remedy: `Unset ${dependency.urlVariable}, so that the harness can start servers.` },
      )
    const server = own
      ? await this.#start(dependency, resolution, options)
      : await this.#sharedServer(dependency, resolution)
    const id = `l${randomBytes(5).toString('hex')}`
    this.#leases.set(id, { server, own })
    if (server.provider === 'external') {
      const { urls, version } = server
      this.#keeper.keep({ id, kind: 'lease', lease: id, dependency: dependency.name, urls, version })
    }
    try {
      const slice = await dependency.slice(server, id, options)
      const { provider, version } = server
      return { ...slice, id, dependency: dependency.name, provider, version, dedicated: own }
    } catch (error) {
      await this.release(id)
      throw error
    }
  }

  /** Cleans up after a lease. Safe for an unknown one: it was released before. */
  async release(id: string): Promise<void> {
    const lease = this.#leases.get(id)
    if (!lease) return
    this.#leases.delete(id)
    const { server, own } = lease
    if (own) await server.stop()
    // What a server that died held is gone with it.
    else if (server.alive) await server.dependency.clean(server, id)
    if (server.provider === 'external') this.#keeper.drop(id)
  }

  /** Starts the shared server of a dependency; for one that gives each lease its own, checks that one can be started. */
  async up(wish: Wish): Promise<void> {
    const dependency = await loadDependency(wish.dependency)
    const resolution = await this.#resolve(dependency, preferenceOf(dependency, readConfiguration(), wish.variables))
    const server = await this.#sharedServer(dependency, resolution)
    if (dependency.tenancy === 'own' && server.provider === 'external') await dependency.probe(server.urls)
  }

  async status(): Promise<ServerStatus[]> {
    const leases = [...this.#leases.values()]
    const servers = new Set([...(await this.#settledServers()), ...leases.map(({ server }) => server)])
    return [...servers].map((server) => ({
      dependency: server.dependency.name,
      provider: server.provider,
      version: server.version,
      urls: server.urls.map(withoutPassword),
      leases: leases.filter((lease) => lease.server === server).length,
      startedInMs: Math.round(server.startedInMs),
      logFile: server.logFile,
    }))
  }

  /** Ends everything. */
  async end(): Promise<void> {
    await Promise.allSettled([...this.#leases.keys()].map((id) => this.release(id)))
    const servers = await this.#settledServers()
    this.#shared.clear()
    await Promise.allSettled(
      servers.map(async (server) => {
        if (server.alive) await server.dependency.release?.(server)
        await server.stop()
      }),
    )
  }

  async #settledServers(): Promise<RunningServer[]> {
    const settled = await Promise.allSettled(this.#shared.values())
    return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  }

  async #sharedServer(dependency: Dependency, resolution: Resolution): Promise<RunningServer> {
    const key = JSON.stringify([dependency.name, resolution])
    const present = this.#shared.get(key)
    if (present && (await isUsable(present))) return await present
    // Another caller may have replaced a dead server while this one looked at it.
    const current = this.#shared.get(key)
    if (current !== undefined && current !== present) return await current
    const starting = this.#start(dependency, resolution, {})
    this.#shared.set(key, starting)
    starting.catch(() => this.#shared.delete(key)) // The next one to ask tries again.
    return await starting
  }

  async #start(dependency: Dependency, resolution: Resolution, options: LeaseOptions): Promise<RunningServer> {
    if (resolution.provider === 'container') this.#keeper.keep({ id: 'containers', kind: 'containers' })
    return await startServer(dependency, resolution, options, { owner: this.#owner, root: this.#root })
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
}

function needsOwnServer(options: LeaseOptions): boolean {
  return options.dedicated === true || options.maxmemoryBytes !== undefined || options.maxmemoryPolicy !== undefined
}

async function isUsable(starting: Promise<RunningServer>): Promise<boolean> {
  try {
    return (await starting).alive
  } catch {
    return false // Its failure was reported to whoever asked first; this caller tries anew.
  }
}
