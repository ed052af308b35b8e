import { loadDependency } from '../catalog/index.ts'
import { readConfiguration } from '../configuration.ts'
import type { Configuration } from '../configuration.ts'
import { DEPENDENCY_NAMES } from '../dependency.ts'
import type { Dependency, DependencyName, ProviderName } from '../dependency.ts'
import { HarnessError } from '../errors.ts'
import { candidatesOf, preferenceOf } from '../providers/resolve.ts'
import type { Resolution } from '../providers/resolve.ts'
import { askVersion } from '../server-starter.ts'

/** How one dependency would be served. */
export interface DependencyFinding {
  readonly name: DependencyName
  readonly title: string
  /** Undefined when none can. */
  readonly provider: ProviderName | undefined
  /** Empty where it is known only once the server runs. */
  readonly version: string
  readonly why: string
  /** The providers that were asked before, and why they cannot. */
  readonly refused: readonly Refusal[]
}

interface Refusal {
  /** Undefined when what the user asked for makes no sense for any. */
  readonly provider: ProviderName | undefined
  readonly obstacle: string
  readonly remedy: string | undefined
}

/**
 * Asks for every dependency what a lease would ask, without starting anything.
 *
 * @throws HarnessError when the configuration file is wrong
 */
export async function examineDependencies(): Promise<DependencyFinding[]> {
  const configuration = readConfiguration()
  return await Promise.all(
    DEPENDENCY_NAMES.map(async (name) => await examine(await loadDependency(name), configuration)),
  )
}

async function examine(dependency: Dependency, configuration: Configuration): Promise<DependencyFinding> {
  const { name, title } = dependency
  const refused: Refusal[] = []
  try {
    const preference = preferenceOf(dependency, configuration)
    for (const ask of candidatesOf(dependency, preference)) {
      const { provider, resolution, obstacle, remedy } = await ask()
      if (resolution)
        return { name, title, provider, version: await versionOf(dependency, resolution), why: resolution.why, refused }
      refused.push({ provider, obstacle: obstacle ?? '', remedy })
    }
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error
    refused.push({ provider: undefined, obstacle: error.message, remedy: error.remedy })
  }
  return { name, title, provider: undefined, version: '', why: '', refused }
}

/** @throws HarnessError when the user's server cannot be used */
async function versionOf(dependency: Dependency, resolution: Resolution): Promise<string> {
  if (resolution.provider === 'external') return await askVersion(dependency, resolution.urls)
  if (resolution.provider === 'native') return resolution.installation.version
  return ''
}
