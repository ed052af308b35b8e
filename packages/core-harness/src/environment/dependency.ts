import type { GuardedCommand, GuardedProcess } from './guard.ts'

export const DEPENDENCY_NAMES = ['redis', 'redis-cluster', 'postgres', 'clickhouse', 'rabbitmq'] as const
export type DependencyName = (typeof DEPENDENCY_NAMES)[number]

export const PROVIDER_NAMES = ['external', 'container', 'native'] as const
export type ProviderName = (typeof PROVIDER_NAMES)[number]

/** What one server may use. Enforced by container quotas, or by the server's own settings and `prlimit`. */
export interface Limits {
  readonly memoryBytes: number
  readonly cpus: number
  readonly openFiles: number
}

/** What a test may ask of a lease beyond the dependency's name. */
export interface LeaseOptions {
  /** A server of its own; where the provider has none to give, the lease is refused with `NoOwnServerError`. */
  readonly dedicated?: boolean
  /** redis: the server's `maxmemory`; implies `dedicated`. */
  readonly maxmemoryBytes?: number
  /** redis: the server's `maxmemory-policy`. */
  readonly maxmemoryPolicy?: string
  /** postgres: SQL that makes the template from which the leased database is cloned; each text runs once, in order. */
  readonly migrations?: readonly string[]
}

/** A running server, however it was started. */
export interface Server {
  /** With credentials. One, but for a cluster: one for each master. */
  readonly urls: readonly string[]
  readonly version: string
  /** The supervisor that uses it: names what it keeps there between leases. */
  readonly holder: string
}

/** The isolated part of a server that one lease holds. */
export interface Slice {
  readonly url: string
  readonly urls: readonly string[]
  /** Begins every key and channel of the holder; only where the dependency has keys. */
  readonly keyPrefix?: string
}

/** What the native provider needs to know about a program on this machine. */
export interface Installation {
  readonly program: string
  readonly version: string
  /** Where it was found, for people. */
  readonly origin: string
}

/** Why the native provider cannot serve, and the command that would change it. */
export interface Missing {
  readonly missing: string
  readonly install: string
}

/** What a native server is started with. */
export interface NativeSite {
  readonly installation: Installation
  /** A folder of its own, removed when the server ends. */
  readonly directory: string
  readonly limits: Limits
  readonly options: LeaseOptions
  /** A random password for this server alone. */
  readonly secret: string
  freePort(): Promise<number>
  /** Starts a process under a guard, within the limits, with its output in the server's log. */
  spawn(
    command: Omit<GuardedCommand, 'output'> & {
      readonly limitMemory?: boolean
      /** What asks it to end in order, before it is started anew; TERM when left out. */
      readonly orderlySignal?: 'TERM' | 'INT'
    },
  ): GuardedProcess
}

/** What a server in a container is started with. */
export interface ContainerSite {
  readonly image: string
  readonly limits: Limits
  readonly options: LeaseOptions
  readonly secret: string
  freePort(): Promise<number>
  /** Starts the container within the limits and resolves with the address of each port on this machine. */
  run(container: {
    readonly ports: readonly (number | { readonly container: number; readonly host: number })[]
    readonly command?: readonly string[]
    readonly environment?: Readonly<Record<string, string>>
    readonly files?: readonly { readonly path: string; readonly content: string }[]
  }): Promise<{ readonly host: string; port(containerPort: number): number; exec(command: string[]): Promise<string> }>
}

/**
 * One kind of real server that services need. Everything that the harness knows about it is in one file of the catalog.
 */
export interface Dependency {
  readonly name: DependencyName
  readonly title: string
  /** The variable whose URL makes the provider `external`. */
  readonly urlVariable: string
  /** A second variable, whose URL follows the first ones: RabbitMQ's management interface. */
  readonly companionVariable?: string
  /** URL schemes that the variable may hold. */
  readonly schemes: readonly string[]
  /** Older servers are refused. */
  readonly minimumVersion: string
  readonly limits: Limits
  /** `shared`: one server, a slice for each lease. `own`: a server for each lease, where the provider starts servers. */
  readonly tenancy: 'shared' | 'own'
  /** How long a server may take to its first healthy answer. */
  readonly startWithinMs: number
  readonly native: {
    find(): Promise<Installation | Missing>
    /** Resolves with the URLs as soon as the processes run; `probe` tells when the server is ready. */
    start(site: NativeSite): Promise<readonly string[]>
  }
  readonly container: {
    /** Pinned by tag; overridden by the configuration or by `HARNESS_IMAGE_<NAME>`. */
    readonly image: string
    /** Made by docker/build.sh from Debian packages; taken where the Docker daemon has it and not `image`. */
    readonly builtImage?: string
    start(site: ContainerSite): Promise<readonly string[]>
  }
  /**
   * A real operation over the server's protocol, not an open port.
   *
   * @returns the server's version
   * @throws whatever the client library throws while the server is not ready
   */
  probe(urls: readonly string[]): Promise<string>
  /** As `probe`, with the URLs of a lease, where these do not tell all of the server's. */
  probeLease?(urls: readonly string[]): Promise<unknown>
  /** Makes the part of the server that the lease `id` holds. */
  slice(server: Server, id: string, options: LeaseOptions): Promise<Slice>
  /**
   * Removes all that a lease left on a server that others go on using. Safe to call twice.
   *
   * @param id of the lease; or the server's holder, for what it keeps there between leases
   */
  clean(server: Server, id: string): Promise<void>
  /** Closes the connections that `slice` and `clean` keep open. */
  release?(server: Server): Promise<void>
}

export function isMissing(found: Installation | Missing): found is Missing {
  return 'missing' in found
}
