import { readConfiguration } from '../environment/configuration.ts'
import { HarnessError } from '../environment/errors.ts'
import { allowedTarget } from './allow-list.ts'
import { keptStaging } from './kept-staging.ts'

/** Instances of a service that somebody deployed. */
export interface DeployedTargets {
  /** The variable that named them. */
  readonly variable: string
  /** One for each instance, without a slash at the end. */
  readonly urls: readonly string[]
  readonly token: string | undefined
}

/**
 * Where the user wants the suites of a service to run: STAGING_<SERVICE>_URL, several instances separated by commas, with
 * STAGING_<SERVICE>_TOKEN or STAGING_TOKEN. Undefined when the variable is not set: then a local staging is started.
 *
 * Targets have to be on the list of the configuration. What `harness staging up` keeps for this workspace is on it too.
 *
 * @throws HarnessError for a target that is not allowed, or a URL that is none
 */
export async function deployedTargets(
  service: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<DeployedTargets | undefined> {
  const stem = `STAGING_${service.toUpperCase().replaceAll('-', '_')}`
  const variable = `${stem}_URL`
  const given = environment[variable]
  if (given === undefined || given === '') return undefined
  const texts = given.split(',').flatMap((text) => text.trim() || [])
  if (texts.length === 0) throw new HarnessError(`reading ${variable}: it holds no URL`)
  const kept = (await keptStaging()).map(({ url }) => new URL(url).origin)
  const allow = [...(readConfiguration().staging?.allow ?? []), ...kept]
  const urls = texts.map((text) => allowedTarget(text, variable, allow).href.replace(/\/$/, ''))
  return { variable, urls, token: environment[`${stem}_TOKEN`] || environment.STAGING_TOKEN || undefined }
}
