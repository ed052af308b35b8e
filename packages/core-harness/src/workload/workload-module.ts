import { HarnessError, messageOf } from '../environment/errors.ts'
import { defineWorkload } from './workload.ts'
import type { Workload } from './workload.ts'

/** A workload in a module of its own, so that each thread can load it. */
export interface WorkloadModule {
  /** URL of the module. Its default export makes the workload from the parameters. */
  readonly module: string
  /** Goes to other threads as a copy. */
  readonly parameters: unknown
}

/**
 * Names a workload that several threads can run.
 *
 * @param module URL of a module: `new URL('mixed.ts', import.meta.url)`. Its default export is a function from the
 *   parameters to a workload, which gives the same one each time
 */
export function workloadModule(module: URL | string, parameters: unknown = {}): WorkloadModule {
  return { module: String(module), parameters }
}

/** @throws HarnessError when the module cannot be loaded, or makes no workload */
export async function loadWorkload({ module, parameters }: WorkloadModule): Promise<Workload> {
  let exported: { readonly default?: unknown }
  try {
    exported = (await import(module)) as { readonly default?: unknown }
  } catch (error) {
    throw new HarnessError(`loading the workload ${nameOf(module)}: ${messageOf(error)}`, { cause: error })
  }
  const make = exported.default
  if (typeof make !== 'function')
    throw new HarnessError(`loading the workload ${nameOf(module)}: it has no default export that is a function`, {
      remedy: 'Its default export is a function from the parameters to a workload.',
    })
  return defineWorkload((await make(parameters)) as Workload)
}

function nameOf(module: string): string {
  return module.slice(module.lastIndexOf('/') + 1)
}
