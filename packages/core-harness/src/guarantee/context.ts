import type { DependencyName, LeaseOptions } from '../environment/dependency.ts'
import type { Lease } from '../environment/protocol.ts'
import type { Fault, FaultRun, Rule } from '../fault/index.ts'
import type { LeasedServer } from '../fault/leased-server.ts'
import type { Proxy } from '../fault/proxy.ts'
import type { Checker, CheckResult } from '../history/checkers/checker.ts'
import type { Journal } from '../history/journal.ts'
import type { Finding } from '../objective/index.ts'
import type { ServiceDeclaration, Staging } from '../staging/index.ts'
import type { StagingOptions } from './target.ts'
import type { Workload, WorkloadModule, WorkloadResult } from '../workload/index.ts'
import type { Closable } from './adapter.ts'
import type { BegunFault, FaultPlanOptions, HealCheck } from './fault-session.ts'
import type { HostedNode } from './hosting/host.ts'
import type { RunMode } from './run-settings.ts'

/** What the test of a guarantee works with. All of it is given back when the test ends, in reverse order. */
export interface GuaranteeContext<Service extends Closable, Options> {
  lease(dependency: DependencyName, options?: LeaseOptions): Promise<Lease>
  /** Opens the adapter in a process of its own. */
  host(options: Options): Promise<HostedNode<Service>>
  /** Opens the adapter in the test's process. */
  openHere(options: Options): Promise<Service>
  /** The server of a lease, to be paused or killed: of one with `{ dedicated: true }`, because others may use a shared one. */
  server(lease: Lease, at?: { readonly node?: number }): Promise<LeasedServer>
  proxy(url: string): Promise<Proxy>
  offers(capability: string): boolean
  /** Facts for the run record, beside the verdict: counts, rates, the worst case. */
  evidence(facts: Readonly<Record<string, unknown>>): void
  /** How the user wants this run: quick, against which stack, with which seed. */
  readonly mode: RunMode
  /**
   * At L4: the service under test as deployed, or started here with the adapter under test; it is watched from now on.
   *
   * @param options.dedicated dependencies whose servers are the test's alone, to be paused or killed; where the service is
   *   deployed, the guarantee is reported as not offered
   */
  staging(service: ServiceDeclaration, options: StagingOptions): Promise<Staging>
  /**
   * At L4: runs a workload; what it measured is judged by the guarantee's objectives when the test ends.
   *
   * @param options.threads that share a workload which is in a module of its own
   */
  load(workload: Workload | WorkloadModule, options?: { readonly threads?: number }): Promise<WorkloadResult>
  /** At L4: what the test found out by itself, for an objective of that name. */
  finding(name: string, found: Finding): void
  /** Begins a journal of operations, in a file of the run's folder. `check` closes it. */
  history(name: string): Journal
  /**
   * Heals all faults, waits until that is verified, closes the journal, and judges what it holds.
   *
   * @returns what was found in a valid history
   * @throws HistoryInvalidError, NoDataError (the guarantee has no data) with the first anomaly, the operations that show it,
   *   and the commands that judge the history, and run the test, again
   */
  check<CheckOptions>(
    journal: Journal,
    checker: Checker<CheckOptions>,
    options?: Readonly<Record<string, unknown>>,
  ): Promise<CheckResult>
  /**
   * Says that something the test is about happened, or how often. When the test ends and it did not happen `minimum` times
   * in all, the guarantee has no data, whatever else was found.
   */
  sometimes(name: string, happened: boolean | number, minimum?: number): void
  /** Begins a fault; it is healed by its handle, before a check, or at the end. One that touched nothing fails the test. */
  fault(fault: Fault, check: HealCheck): Promise<BegunFault>
  /**
   * Begins a schedule of faults beside what the test does, made by the seed of the run; it is ended before a check, and at
   * the end. A fault that touched nothing fails the test.
   */
  faults(rules: readonly Rule[], options: FaultPlanOptions): FaultRun
  onCleanup(clean: () => Promise<void> | void): void
}
