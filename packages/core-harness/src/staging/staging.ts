import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

import type { DependencyName, LeaseOptions } from '../environment/dependency.ts'
import { HarnessError } from '../environment/errors.ts'
import type { Lease } from '../environment/protocol.ts'
import { ServiceClient } from '../service/client.ts'
import type { ServiceDeclaration } from './service-declaration.ts'
import { ServiceProcess } from './service-process.ts'
import { deployedTargets } from './targets.ts'
import type { DeployedTargets } from './targets.ts'

/** For a service that is said to run already. */
const ANSWERS_WITHIN_MS = 5_000

/** Who gives leases: an EnvironmentClient. Not asked for a deployed service. */
export interface LeaseSource {
  lease(dependency: DependencyName, options?: LeaseOptions): Promise<Lease>
  release(lease: Lease): Promise<void>
}

export interface StagingSpec {
  readonly service: ServiceDeclaration
  /** The package of the service, with `src/server.ts`. */
  readonly packageDirectory: string
  /** How many to start; a deployed service has as many as URLs were given. */
  readonly instances: number
  /** The module of the adapter that each instance runs: a defect, a library. A deployed service cannot be told. */
  readonly adapterPath?: string | undefined
  readonly readyWithinMs?: number
  /** What callers of a local one have to show; a random one when left out. */
  readonly token?: string
  /** Where STAGING_<SERVICE>_URL is looked for; the environment of this process when left out. */
  readonly variables?: NodeJS.ProcessEnv
}

/** One instance of a service under test. The hooks of faults are there for those that were started here. */
export interface StagingInstance {
  readonly url: string
  readonly token: string | undefined
  /** Undefined for a deployed one. Changes with a restart. */
  readonly processId: number | undefined
  /** SIGSTOP; resolves when the process is stopped. */
  pause(): Promise<void>
  /** SIGCONT; resolves when the process runs. */
  resume(): Promise<void>
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>
  /** Starts it anew at the same URL, ended in order before where it still runs; resolves when it is ready. */
  restart(): Promise<void>
}

export interface Staging {
  /** Somebody deployed it: its processes and dependencies are out of reach. */
  readonly isDeployed: boolean
  readonly instances: readonly StagingInstance[]
  /** What the instances are connected to; empty when deployed. */
  readonly dependencies: readonly Lease[]
  close(): Promise<void>
}

/**
 * The service that an L4 suite runs against: the one that STAGING_<SERVICE>_URL names, or else one that is started for it,
 * on leases of its dependencies. It is ready when it resolves; nothing of it is left when this process is gone, however
 * it ends.
 *
 * @throws HarnessError when a target is not allowed or does not answer, or an instance does not become ready
 */
export async function openStaging(spec: StagingSpec, leases: LeaseSource): Promise<Staging> {
  const deployed = await deployedTargets(spec.service.name, spec.variables)
  return deployed ? await useDeployed(spec, deployed) : await startLocal(spec, leases)
}

async function useDeployed({ service, adapterPath }: StagingSpec, targets: DeployedTargets): Promise<Staging> {
  const { urls, token, variable } = targets
  if (adapterPath !== undefined)
    throw new HarnessError(`testing ${service.name}: an adapter was chosen, and ${variable} names a deployed service`, {
      remedy: `What runs there cannot be exchanged from here: unset ${variable}, or choose no adapter.`,
    })
  await Promise.all(urls.map((url) => answers(url, targets)))
  const instances = urls.map((url): StagingInstance => {
    const outOfReach = (what: string) => (): Promise<never> =>
      Promise.reject(new HarnessError(`the deployed service at ${url} cannot be ${what} from here`))
    return {
      url,
      token,
      processId: undefined,
      pause: outOfReach('paused'),
      resume: outOfReach('resumed'),
      kill: outOfReach('killed'),
      restart: outOfReach('restarted'),
    }
  })
  return { isDeployed: true, instances, dependencies: [], close: () => Promise.resolve() }
}

async function answers(url: string, { variable, token }: DeployedTargets): Promise<void> {
  const client = new ServiceClient(url, { token, connections: 1, timeoutMs: ANSWERS_WITHIN_MS })
  try {
    await client.checkReady()
  } catch (cause) {
    throw new HarnessError(`connecting to the deployed service at ${url}: ${(cause as Error).message}`, {
      remedy: `Check ${variable}, and the token in ${variable.replace(/URL$/, 'TOKEN')} or STAGING_TOKEN.`,
      cause,
    })
  } finally {
    await client.close()
  }
}

/** @throws HarnessError when a dependency cannot be leased, or an instance does not become ready; nothing of it is left */
async function startLocal(spec: StagingSpec, source: LeaseSource): Promise<Staging> {
  const { service, packageDirectory, instances: count, adapterPath, readyWithinMs } = spec
  const token = spec.token ?? randomBytes(24).toString('hex')
  const dependencies: Lease[] = []
  const processes: ServiceProcess[] = []
  const close = async (): Promise<void> => {
    await Promise.all(processes.map((instance) => instance.stop()))
    await Promise.all(dependencies.map((lease) => source.release(lease)))
  }
  try {
    await all(service.dependencies, async (name) => void dependencies.push(await source.lease(name)))
    const byName = Object.fromEntries(dependencies.map((lease) => [lease.dependency, lease])) as Record<
      DependencyName,
      Lease
    >
    const environment = service.environment(byName)
    await all(Array.from({ length: count }), async () => {
      const started = await ServiceProcess.start({
        name: service.name,
        server: join(packageDirectory, 'src/server.ts'),
        environment,
        token,
        adapterPath,
        ...(readyWithinMs !== undefined && { readyWithinMs }),
      })
      processes.push(started)
    })
  } catch (error) {
    await close()
    throw error
  }
  return { isDeployed: false, instances: processes.map((one) => withToken(one, token)), dependencies, close }
}

/** Waits for all, also when one fails, so that nothing comes up after the rest was cleaned away. */
async function all<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const outcomes = await Promise.allSettled(items.map(work))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

function withToken(instance: ServiceProcess, token: string): StagingInstance {
  return {
    token,
    get url() {
      return instance.url
    },
    get processId() {
      return instance.processId
    },
    pause: () => instance.pause(),
    resume: () => instance.resume(),
    kill: () => instance.kill(),
    restart: () => instance.restart(),
  }
}
