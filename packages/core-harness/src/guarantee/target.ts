import type { EnvironmentClient } from '../environment/client.ts'
import type { DependencyName } from '../environment/dependency.ts'
import { HarnessError } from '../environment/errors.ts'
import { NoOwnServerError } from '../environment/protocol.ts'
import { eventLoopProbe } from '../metrics/event-loop-probe.ts'
import { leaseTargets } from '../metrics/lease-targets.ts'
import type { ResourceTarget } from '../metrics/resource-sampler.ts'
import { deployedTargets, openStaging } from '../staging/index.ts'
import type { ServiceDeclaration, Staging } from '../staging/index.ts'
import { referenceOf } from './choose-adapter.ts'
import type { RunMode } from './run-settings.ts'

export interface TargetChoice {
  readonly packageDirectory: string
  /** The adapter under test, which a service that is started here runs. */
  readonly path: string
  readonly environment: () => Promise<EnvironmentClient>
  readonly mode: RunMode
}

export interface StagingOptions {
  readonly instances: number
  readonly dedicated?: readonly DependencyName[]
}

/**
 * The service that a test at L4 loads: the deployed one where its URL is given, else one that is started for it.
 *
 * @throws HarnessError when the user asked for a deployed one, and gave no URL; NoOwnServerError when a deployed one would
 *   have to be given servers of the test's own
 */
export async function openTarget(
  service: ServiceDeclaration,
  { instances, dedicated = [] }: StagingOptions,
  { packageDirectory, path, environment, mode }: TargetChoice,
): Promise<Staging> {
  const variables = mode.target === 'local' ? {} : process.env
  if (mode.target === 'staging' && !(await deployedTargets(service.name, variables)))
    throw new HarnessError(`testing ${service.name} on staging: no variable names the deployed service`, {
      remedy: `Set STAGING_${service.name.toUpperCase()}_URL to its instances; or start one here: --env local.`,
    })
  if (dedicated.length > 0 && (await deployedTargets(service.name, variables)))
    throw new NoOwnServerError(`${service.name} is deployed: its ${dedicated.join(' and ')} cannot be ended from here`)
  const isReference = path === referenceOf(packageDirectory)
  const spec = { service, packageDirectory, instances, variables, adapterPath: isReference ? undefined : path }
  // Only a stack that is started here needs dependencies.
  return await openStaging(spec, {
    lease: async (dependency, options) =>
      await (await environment()).lease(dependency, { ...options, dedicated: dedicated.includes(dependency) }),
    release: async (lease) => await (await environment()).release(lease),
  })
}

/** What can be seen of a service: how free its event loops are; started here, its processes and dependencies too. */
export function watchable(name: string, { instances, isDeployed, dependencies }: Staging): ResourceTarget[] {
  const services = instances.flatMap((instance, index): ResourceTarget[] => {
    const of = `${name}-${index + 1}`
    const loop = eventLoopProbe(instance.url, {
      withProcess: isDeployed,
      ...(instance.token === undefined ? {} : { token: instance.token }),
    })
    return [{ of, probe: loop }, ...(isDeployed ? [] : [{ of, pid: () => instance.processId }])]
  })
  return [...services, ...leaseTargets(dependencies)]
}
