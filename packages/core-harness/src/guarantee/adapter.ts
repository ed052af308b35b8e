import type { Contract } from './contract.ts'

/** What every service that an adapter opens can do besides its contract: end, and free what it holds. */
export interface Closable {
  close(): Promise<void>
}

/**
 * An implementation of a contract: the reference, a third-party library, or the client of a deployed service. A module
 * that holds one has it as its default export. `open` runs in a process of its own, one per node.
 */
export interface Adapter<Service extends Closable = Closable, Options = unknown> {
  /** The name of the contract that it implements. */
  readonly contract: string
  readonly name: string
  /** The optional capabilities that it has, out of the contract's list. */
  readonly offers: readonly string[]
  open(options: Options): Promise<Service>
}

/**
 * An adapter that breaks the guarantees that it names, on purpose, in a way that real systems have done. `breaks: 'all'`
 * marks the canary of a package, which no guarantee may survive.
 */
export interface Defect<Service extends Closable = Closable, Options = unknown> extends Adapter<Service, Options> {
  readonly breaks: readonly string[] | 'all'
  /** What goes wrong, in one sentence. */
  readonly description: string
  /** The real incident, issue or paper that it comes from. */
  readonly incident: { readonly title: string; readonly url: string }
}

/** Types an adapter against its contract. */
export function defineAdapter<Service extends Closable, Options, Capability extends string>(
  contract: Contract<string, Capability>,
  adapter: {
    readonly name: string
    readonly offers?: readonly Capability[]
    readonly open: (options: Options) => Promise<Service>
  },
): Adapter<Service, Options> {
  return { contract: contract.name, name: adapter.name, offers: adapter.offers ?? [], open: adapter.open }
}

/** Types a defect against the guarantees of its contract. It offers all capabilities unless it says otherwise. */
export function defineDefect<Service extends Closable, Options, Id extends string, Capability extends string>(
  contract: Contract<Id, Capability>,
  defect: {
    readonly name: string
    /** Guarantees, or objectives of those at L4: `cache.sla.read-write#p99`. */
    readonly breaks: readonly (Id | `${Id}#${string}`)[] | 'all'
    readonly description: string
    readonly incident: { readonly title: string; readonly url: string }
    readonly offers?: readonly Capability[]
    readonly open: (options: Options) => Promise<Service>
  },
): Defect<Service, Options> {
  return { ...defect, contract: contract.name, offers: defect.offers ?? contract.capabilities }
}
