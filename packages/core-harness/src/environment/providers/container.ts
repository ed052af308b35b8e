import { writeSync } from 'node:fs'
import { GenericContainer, StartupCheckStrategy } from 'testcontainers'

import type { ContainerSite, Dependency, LeaseOptions } from '../dependency.ts'
import type { ServerLog } from '../log.ts'
import { addressIn } from '../peer-address.ts'
import { freePort } from '../port.ts'
import type { ServerNode } from '../server-control.ts'
import { withinTime } from '../within-time.ts'
import { OWNER_LABEL } from './container-label.ts'
import { followOutput, watchEnd } from './container-output.ts'
import type { ContainerOutput } from './container-output.ts'
import { removeContainer } from './container-reaper.ts'
import { askEngine, describeAddress, engineAddress } from './docker-engine.ts'
import type { Started } from './native.ts'
import type { Resolution } from './resolve.ts'

/**
 * A server is told to keep to its limit, here as on the native provider; its processes use more than it counts (buffers of
 * connections, fragmentation, two copies while it collects garbage). The quota is for what has run away.
 */
const QUOTA_PER_LIMIT = 1.5
const CPU_PERIOD_MICROSECONDS = 100_000
/** What the scheduler gives to one process. */
const CPU_SHARES = 1_024
const REMOVE_WITHIN_MS = 20_000
/** For a container to end in order, before it is killed. */
const ORDERLY_END_S = 10
const ANSWER_WITHIN_MS = 20_000
/** The daemon answers the request to start about when the container ends. */
const REFUSED_WITHIN_MS = 1_000

/** Starts a dependency in a container, reachable over the loopback interface only. */
export async function startContainer(
  dependency: Dependency,
  { image, limits }: Extract<Resolution, { provider: 'container' }>,
  site: {
    readonly owner: string
    readonly log: ServerLog
    readonly options: LeaseOptions
    readonly secret: string
    /** For one lease alone, which may end it and start it anew. */
    readonly isOwn?: boolean
  },
): Promise<Started> {
  const { log, options, secret, isOwn = false } = site
  const memoryBytes = QUOTA_PER_LIMIT * Math.max(limits.memoryBytes, options.maxmemoryBytes ?? 0)
  // The library has its own ways of finding a daemon and its address; it is to use the one that has the image.
  process.env.DOCKER_HOST = describeAddress(engineAddress())
  process.env.TESTCONTAINERS_HOST_OVERRIDE = '127.0.0.1'

  let container: ServerContainer | undefined
  let mapped: readonly { readonly inside: number; readonly outside: number }[] = []
  const run: ContainerSite['run'] = async ({ ports, command, environment, files }) => {
    // The daemon would choose other ports when it is started anew.
    const bound = isOwn ? await Promise.all(ports.map(withHostPort)) : ports
    const described = new ServerContainer(image, { memoryBytes, cpus: limits.cpus, isOwn }, log)
      .withAutoCleanup(false) // The keeper reaps; no reaper image has to be pulled.
      .withExposedPorts(...bound)
      .withLabels({ [OWNER_LABEL]: site.owner })
      .withUlimits({ nofile: { soft: limits.openFiles, hard: limits.openFiles }, core: { soft: 0, hard: 0 } })
      .withEnvironment(environment ?? {})
      .withCopyContentToContainer((files ?? []).map(({ path, content }) => ({ target: path, content, mode: 0o644 })))
      .withWaitStrategy(new Running())
    if (command) described.withCommand([...command])
    container = described
    const started = await described.startOrEnd()
    mapped = ports.map((port) => {
      const inside = typeof port === 'number' ? port : port.container
      return { inside, outside: started.getMappedPort(inside) }
    })
    return {
      host: '127.0.0.1',
      port: (port) => started.getMappedPort(port),
      exec: async (words) => (await started.exec(words)).output,
    }
  }
  try {
    const urls = await dependency.container.start({ image, limits, options, secret, freePort, run })
    if (!container) throw new Error(`the catalog started no container for ${dependency.title}`)
    const started = container
    const { port } = addressIn(urls[0] ?? '')
    const inside = mapped.find(({ outside }) => outside === port)?.inside ?? port
    const peerAddress = { host: await started.bridgeAddress(), port: inside }
    return { urls, peerAddress, nodes: [nodeOf(started)], ended: started.ended, stop: () => started.remove() }
  } catch (error) {
    await container?.remove()
    throw error
  }
}

function nodeOf(container: ServerContainer): ServerNode {
  return {
    halt: (how) => container.halt(how),
    start: () => container.startAnew(),
    pause: () => container.pause(),
    resume: () => container.resume(),
  }
}

interface Inspected {
  readonly NetworkSettings: { readonly Networks?: Readonly<Record<string, { readonly IPAddress: string }>> }
}

type ContainerPort = number | { readonly container: number; readonly host: number }

async function withHostPort(port: ContainerPort): Promise<ContainerPort> {
  return typeof port === 'number' ? { container: port, host: await freePort() } : port
}

interface Quota {
  readonly memoryBytes: number
  readonly cpus: number
  readonly isOwn: boolean
}

/** A container whose output and end are followed from before it starts. */
class ServerContainer extends GenericContainer {
  /** Settles, with how, when the container has ended. */
  readonly ended: Promise<string>
  readonly #tellEnd: (how: string) => void
  readonly #quota: Quota
  readonly #log: ServerLog
  #id: string | undefined
  #output: ContainerOutput | undefined
  /** How often it was started, and which of these times was ended on purpose. */
  #runs = 0
  #halted = 0

  constructor(image: string, quota: Quota, log: ServerLog) {
    super(image)
    this.#quota = quota
    this.#log = log
    const { promise, resolve } = Promise.withResolvers<string>()
    this.ended = promise
    this.#tellEnd = resolve
  }

  /** @throws Error as soon as the container ends; the library would wait ten seconds for its ports */
  async startOrEnd(): ReturnType<GenericContainer['start']> {
    const starting = this.start()
    const early = this.ended.then(async (how) => {
      await this.#output?.ended
      throw (await refusalOf(starting)) ?? new Error(how)
    })
    early.catch(() => undefined) // After a start that went well, whoever holds the server hears of its end.
    try {
      return await Promise.race([starting, early])
    } catch (error) {
      // It was created, and is gone when the library looks for its ports: it has ended, of which the daemon tells next.
      if (this.#id !== undefined && isNotFound(error)) return await early
      throw error
    }
  }

  /** Ends the container and removes it with its volumes. Safe to call twice, and when it has ended by itself. */
  async remove(): Promise<void> {
    if (this.#id !== undefined) await removeContainer(this.#id, REMOVE_WITHIN_MS)
    this.#output?.close()
  }

  async halt(how: 'outright' | 'in order'): Promise<void> {
    this.#halted = this.#runs
    await this.#ask(how === 'outright' ? 'kill' : `stop?t=${ORDERLY_END_S}`)
    await this.#ask('wait?condition=not-running')
    await this.#output?.ended
  }

  /** Starts it again after `halt`, on the same ports. */
  async startAnew(): Promise<void> {
    await this.#follow(this.#id ?? '')
    await this.#ask('start')
  }

  async pause(): Promise<void> {
    await this.#ask('pause')
  }

  async resume(): Promise<void> {
    await this.#ask('unpause')
  }

  /** Of the container on the network of containers. */
  async bridgeAddress(): Promise<string> {
    const { body } = await askEngine('GET', `/containers/${this.#id}/json`, ANSWER_WITHIN_MS)
    const { Networks = {} } = (JSON.parse(body) as Inspected).NetworkSettings
    return Object.values(Networks)[0]?.IPAddress ?? ''
  }

  /** @throws Error when the daemon refuses; that it is so already is no refusal */
  async #ask(what: string): Promise<void> {
    const { status, body } = await askEngine('POST', `/containers/${this.#id}/${what}`, ANSWER_WITHIN_MS)
    if (status >= 400) throw new Error(`the Docker daemon answered ${what} with ${status}: ${body}`)
  }

  protected override beforeContainerCreated(): Promise<void> {
    const bindings = (this.hostConfig.PortBindings ?? {}) as Record<string, { HostPort: string; HostIp?: string }[]>
    for (const binding of Object.values(bindings).flat()) binding.HostIp = '127.0.0.1'
    Object.assign(this.hostConfig, {
      // One that ends by itself leaves nothing; what it wrote is in the log. What may be started anew has to stay.
      AutoRemove: !this.#quota.isOwn,
      Memory: this.#quota.memoryBytes,
      MemorySwap: this.#quota.memoryBytes, // The sum of both: no swap.
      ShmSize: this.#quota.memoryBytes,
      // NanoCpus would say the same, but is refused on a machine with fewer cores.
      CpuPeriod: CPU_PERIOD_MICROSECONDS,
      CpuQuota: Math.round(this.#quota.cpus * CPU_PERIOD_MICROSECONDS),
      CpuShares: Math.round(this.#quota.cpus * CPU_SHARES), // Several processors, several processes: the weight of each.
    })
    return Promise.resolve()
  }

  protected override async containerCreated(id: string): Promise<void> {
    this.#id = id
    await this.#follow(id)
  }

  /** To be called before each start. */
  async #follow(id: string): Promise<void> {
    this.#output = await followOutput(id, (text) => writeSync(this.#log.descriptor, text))
    const { ended } = await watchEnd(id)
    const run = ++this.#runs
    void ended.then((how) => run === this.#halted || this.#tellEnd(how))
  }
}

/** A container that the daemon refuses to start, as when a port is taken, ends too; the refusal says why. */
async function refusalOf(starting: Promise<unknown>): Promise<Error | undefined> {
  try {
    await withinTime(starting, REFUSED_WITHIN_MS)
    return undefined
  } catch (error) {
    // It did start when it is no more, or when the library goes on waiting for its ports.
    return statusOf(error) === undefined || isNotFound(error) ? undefined : (error as Error)
  }
}

function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404
}

/** Of the daemon's answer. */
function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number }).statusCode
}

/** Ready as soon as it runs: the harness probes over the server's own protocol. */
class Running extends StartupCheckStrategy {
  checkStartupState(): Promise<'SUCCESS'> {
    return Promise.resolve('SUCCESS')
  }
}
