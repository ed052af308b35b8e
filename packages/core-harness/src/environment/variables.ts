import type { DependencyName } from './dependency.ts'

/** `REDIS_CLUSTER` for redis-cluster: how variables name a dependency. */
export function variableStem(name: DependencyName): string {
  return name.toUpperCase().replaceAll('-', '_')
}

/** The variables of the environment that decide how a dependency is served. */
export function servingVariables(
  name: DependencyName,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const stem = variableStem(name)
  const names = [
    'HARNESS_PROVIDER',
    `HARNESS_PROVIDER_${stem}`,
    `HARNESS_IMAGE_${stem}`,
    `${stem}_URL`,
    `${stem}_MANAGEMENT_URL`,
  ]
  return Object.fromEntries(
    names.flatMap((variable) => {
      const value = environment[variable]
      return value === undefined || value === '' ? [] : [[variable, value]]
    }),
  )
}
