import { dirname } from 'node:path'

import { EnvironmentClient } from '../environment/client.ts'
import { HarnessError, messageOf } from '../environment/errors.ts'
import { NoOwnServerError } from '../environment/protocol.ts'
import { LeasedServer } from '../fault/leased-server.ts'
import { openProxy } from '../fault/proxy.ts'
import type { Adapter, Closable } from './adapter.ts'
import { chooseAdapter } from './choose-adapter.ts'
import type { GuaranteeContext } from './context.ts'
import type { Contract, Guarantee } from './contract.ts'
import { FaultSession } from './fault-session.ts'
import { HistorySession } from './history-session.ts'
import { Hosting } from './hosting/host.ts'
import { loadAdapter } from './load.ts'
import { packageAt } from './packages.ts'
import { Notes } from './notes.ts'
import { NoDataError } from './no-data.ts'
import { LoadSession, demandGreen } from './load-session.ts'
import { reproduceCommand } from './reproduce.ts'
import { isWanted, runMode, runSettings } from './run-settings.ts'
import type { RunMode, RunSettings } from './run-settings.ts'
import { SometimesSession } from './sometimes-session.ts'
import { openTarget, watchable } from './target.ts'

const DEFAULT_TIMEOUT_MS = 30_000

export interface Suite<Id extends string, Service extends Closable, Options> {
  /** Declares the one test that proves a guarantee. */
  guarantee(
    id: Id,
    prove: (context: GuaranteeContext<Service, Options>) => Promise<void>,
    options?: { readonly timeoutMs?: number },
  ): void
}

/**
 * Chooses the adapter under test of a contract and gives the function that declares the tests of its guarantees. To be
 * awaited at the top of a test file.
 *
 * @throws HarnessError when the adapter cannot be found or loaded, or implements another contract
 */
export async function openSuite<Service extends Closable, Options, Id extends string = string>(
  contract: Contract<Id>,
): Promise<Suite<Id, Service, Options>> {
  // Only here, because an adapter imports this package too, in processes where there is no Jest.
  const { afterAll, expect, test } = await import('@jest/globals')
  const settings = runSettings()
  const mode = runMode()
  const packageDirectory = packageOf(expect.getState().testPath ?? process.cwd())
  const path = settings.adapter ?? chooseAdapter(contract.name, packageDirectory)
  const adapter = await loadAdapter(path)
  if (adapter.contract !== contract.name)
    throw new HarnessError(
      `testing ${contract.name}: the adapter ${path} implements the contract "${adapter.contract}"`,
      {
        remedy: `Choose it for that one: ADAPTER=${adapter.contract}:<path>.`,
      },
    )
  let client: Promise<EnvironmentClient> | undefined
  const environment = (): Promise<EnvironmentClient> => (client ??= EnvironmentClient.connect())
  afterAll(async () => (await client)?.close())

  return {
    guarantee(id, prove, { timeoutMs = DEFAULT_TIMEOUT_MS } = {}) {
      const declared = contract.guarantees[id]
      if (declared === undefined)
        throw new HarnessError(`${id} is tested, but the contract ${contract.name} does not declare it`)
      if (settings.only && !settings.only.includes(id)) return
      const title = `${id}: ${declared.statement}`
      if (!isWanted(declared.category, mode.categories)) {
        test.skip(title, () => undefined)
        return
      }
      const lacking = (declared.requires ?? []).filter((capability) => !adapter.offers.includes(capability))
      const notes = new Notes(id, settings)
      if (lacking.length > 0) {
        notes.notOffered(`the adapter ${adapter.name} does not offer ${lacking.join(', ')}`)
        test.skip(title, () => undefined)
        return
      }
      const setting = { id, declared, adapter, path, packageDirectory, environment, notes, mode, settings, timeoutMs }
      test(title, () => proveOnce(prove, setting), timeoutMs + CLEANUP_MS)
    },
  }
}

/** The folder of the package that a test file belongs to: the nearest above it that has a contract. */
function packageOf(path: string): string {
  const folder = dirname(path)
  return packageAt(folder) !== undefined || folder === dirname(folder) ? folder : packageOf(folder)
}

/** On top of a test's own time, so that cleaning up after one that timed out is not cut off. */
const CLEANUP_MS = 10_000

interface Setting {
  readonly id: string
  readonly declared: Guarantee
  readonly adapter: Adapter
  readonly path: string
  readonly packageDirectory: string
  readonly environment: () => Promise<EnvironmentClient>
  readonly notes: Notes
  readonly mode: RunMode
  readonly settings: RunSettings
  readonly timeoutMs: number
}

async function proveOnce<Service extends Closable, Options>(
  prove: (context: GuaranteeContext<Service, Options>) => Promise<void>,
  setting: Setting,
): Promise<void> {
  const { id, declared, adapter, path, environment, notes, mode, settings, timeoutMs } = setting
  const cleanups: (() => Promise<void> | void)[] = []
  const hosting = new Hosting(path)
  cleanups.push(() => hosting.end())
  const load = new LoadSession(id, declared)
  const ending = new AbortController()
  const { seed } = mode
  const isSeeded = (): void => notes.found({ seed })
  const reproduce = reproduceCommand({ contract: adapter.contract, level: declared.level, id, seed })
  const histories = new HistorySession({ id, seed, settings, reproduce })
  const faults = new FaultSession(seed, ending.signal)
  const sometimes = new SometimesSession()
  const heal = async (): Promise<void> => {
    await faults.heal()
    histories.mark(faults.records, faults.originNs)
  }
  const context: GuaranteeContext<Service, Options> = {
    mode: {
      ...mode,
      get seed() {
        isSeeded()
        return seed
      },
    },
    async lease(dependency, options) {
      const client = await environment()
      const lease = await client.lease(dependency, options)
      notes.served(lease)
      // First in, last out: nodes end before what they are connected to.
      cleanups.unshift(() => client.release(lease))
      return lease
    },
    host: (options) => hosting.host<Service>(options),
    async openHere(options) {
      const service = (await adapter.open(options)) as Service
      cleanups.push(() => service.close())
      return service
    },
    server: async (lease, at) => new LeasedServer(await environment(), lease, at),
    async proxy(url) {
      const proxy = await openProxy(url)
      cleanups.unshift(() => proxy.close())
      return proxy
    },
    offers: (capability) => adapter.offers.includes(capability),
    evidence: (facts) => notes.evidence(facts),
    async staging(service, options) {
      const staging = await openTarget(service, options, setting)
      cleanups.push(() => staging.close())
      staging.dependencies.forEach((lease) => notes.served(lease))
      load.watch(watchable(service.name, staging))
      return staging
    },
    load: (workload, options) => load.run(workload, { ...options, signal: ending.signal }),
    finding: (name, found) => load.finding(name, found),
    history(name) {
      isSeeded()
      return histories.open(name)
    },
    async check(journal, checker, options = {}) {
      await heal()
      await faults.untilHealed()
      return histories.check(journal, checker, options)
    },
    sometimes: (name, happened, minimum) => sometimes.saw(name, happened, minimum),
    fault: (fault, check) => faults.begin(fault, check),
    faults(rules, options) {
      isSeeded()
      return faults.run(rules, options)
    },
    onCleanup: (clean) => void cleanups.push(clean),
  }
  let hasEnded = false
  // The first is what the test comes out with.
  const failures: unknown[] = []
  try {
    await withinTime(prove(context), timeoutMs)
    hasEnded = true
  } catch (error) {
    if (error instanceof NoOwnServerError) notes.notOffered(error.message)
    else failures.push(error)
  }
  ending.abort()
  // What cannot be healed is told with all else that cannot be cleaned up.
  await heal().catch((error: unknown) => cleanups.push(() => Promise.reject(error as Error)))
  const { evidence, verdict } = await load.end(faults.records, faults.originNs)
  if (declared.level === 'L4') notes.load(evidence, hasEnded ? verdict : undefined)
  if (load.discarded.length > 0) notes.evidence({ discardedMeasurements: load.discarded })
  const complaints = hasEnded ? thrownBy(() => [faults.demandTouched(), sometimes.demandMet()]) : []
  if ([...failures, ...complaints].some((one) => one instanceof NoDataError)) notes.noData()
  notes.found({ ...histories.end(), ...faults.evidence(), ...sometimes.evidence() })
  notes.write()
  const leftOver = await cleanUp(cleanups)
  if (declared.level === 'L4' && hasEnded) failures.push(...thrownBy(() => demandGreen(evidence, verdict)))
  // What could not be cleaned up says nothing of the guarantee, and does not hide what the test found.
  failures.push(...complaints, ...leftOver)
  if (failures.length === 0) return
  for (const other of failures.slice(1)) console.error(messageOf(other))
  throw withRemedy(failures[0])
}

/** The test runner shows the message of an error, and not what to do about it. */
function withRemedy(error: unknown): unknown {
  if (!(error instanceof HarnessError) || error.remedy === undefined) return error
  return new HarnessError(error.explain(), { cause: error })
}

function thrownBy(demand: () => unknown): unknown[] {
  try {
    demand()
    return []
  } catch (error) {
    return [error]
  }
}

/** A promise of the test that never settles must not keep its nodes and leases. */
async function withinTime(proof: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the test did not end within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([proof, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Runs all, last registered first. @returns every failure */
async function cleanUp(cleanups: (() => Promise<void> | void)[]): Promise<HarnessError[]> {
  const failures: HarnessError[] = []
  for (const clean of cleanups.reverse()) {
    try {
      await clean()
    } catch (error) {
      failures.push(new HarnessError(`cleaning up after the test: ${messageOf(error)}`, { cause: error }))
    }
  }
  return failures
}
