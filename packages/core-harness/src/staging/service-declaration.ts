import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { DependencyName } from '../environment/dependency.ts'
import { HarnessError, messageOf } from '../environment/errors.ts'
import type { Lease } from '../environment/protocol.ts'

/** What a service needs to run, told by its package in `src/staging.ts`. */
export interface ServiceDeclaration<Needed extends DependencyName = DependencyName> {
  /** As in STAGING_<NAME>_URL: lower case, digits and hyphens. */
  readonly name: string
  readonly dependencies: readonly Needed[]
  /** The variables that `src/server.ts` reads, made of the leases. All instances get the same. */
  environment(leases: Readonly<Record<Needed, Lease>>): Readonly<Record<string, string>>
}

const NAME = /^[a-z][a-z0-9-]*$/

/**
 * Types the declaration of a service.
 *
 * @throws TypeError for a name that cannot be part of a variable's name
 */
export function defineService<const Needed extends DependencyName>(
  declaration: ServiceDeclaration<Needed>,
): ServiceDeclaration<Needed> {
  if (!NAME.test(declaration.name))
    throw new TypeError(`the service "${declaration.name}": a name is in lower case, digits and hyphens`)
  return declaration
}

/** Whether a package runs as a service. */
export function isService(packageDirectory: string): boolean {
  return existsSync(join(packageDirectory, 'src/staging.ts'))
}

/** @throws HarnessError when the package has no declaration, or one that cannot be loaded */
export async function loadService(packageDirectory: string): Promise<ServiceDeclaration> {
  const file = join(packageDirectory, 'src/staging.ts')
  const remedy = 'Its default export has to be what defineService() gives; docs/staging.md shows one.'
  if (!isService(packageDirectory)) throw new HarnessError(`starting the service: there is no ${file}`, { remedy })
  let module: { readonly default?: Partial<ServiceDeclaration> }
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module
  } catch (error) {
    throw new HarnessError(`loading ${file}: ${messageOf(error)}`, { cause: error })
  }
  const found = module.default
  if (typeof found?.name === 'string' && Array.isArray(found.dependencies) && typeof found.environment === 'function')
    return found as ServiceDeclaration
  throw new HarnessError(`loading ${file}: its default export declares no service`, { remedy })
}
