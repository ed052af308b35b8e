import { HarnessError, messageOf } from '../errors.ts'
import { PROVIDER_NAMES, isMissing } from '../dependency.ts'
import type { Dependency, Installation, Limits, ProviderName } from '../dependency.ts'
import type { Configuration } from '../configuration.ts'
import { askDocker } from './docker.ts'
import { parseExternalUrls } from './external.ts'
import { variableStem } from '../variables.ts'
import { compareVersions } from '../version.ts'

/** What the user's environment and configuration say about one dependency, before anything was looked at. */
export interface Preference {
  readonly forced?: ProviderName
  /** Comma-separated list for a cluster. */
  readonly url?: string
  readonly companionUrl?: string
  readonly image: string
  readonly limits: Limits
}

/** Which provider serves a dependency, and what it needs to do so. */
export type Resolution = { readonly why: string; readonly limits: Limits } & (
  | { readonly provider: 'external'; readonly urls: readonly string[] }
  | { readonly provider: 'container'; readonly image: string }
  | { readonly provider: 'native'; readonly installation: Installation }
)

/** One provider's answer to "could you serve this?". */
export interface Candidate {
  readonly provider: ProviderName
  readonly resolution?: Resolution
  /** Why it cannot. */
  readonly obstacle?: string
  /** The command that would change that. */
  readonly remedy?: string
}

/**
 * Reads what the user wants.
 *
 * @throws HarnessError for a provider or URL that does not make sense
 */
export function preferenceOf(
  dependency: Dependency,
  configuration: Configuration,
  environment: NodeJS.ProcessEnv = process.env,
): Preference {
  const own = configuration.dependencies[dependency.name]
  const stem = variableStem(dependency.name)
  const variable = `HARNESS_PROVIDER_${stem}`
  const forced =
    providerNamed(environment[variable], variable) ??
    providerNamed(environment.HARNESS_PROVIDER, 'HARNESS_PROVIDER') ??
    own?.provider ??
    configuration.provider
  const url = environment[dependency.urlVariable]
  const companionUrl = environment[dependency.companionVariable ?? '']
  return {
    ...(forced === undefined ? {} : { forced }),
    ...(url === undefined || url === '' ? {} : { url }),
    ...(companionUrl === undefined || companionUrl === '' ? {} : { companionUrl }),
    image: environment[`HARNESS_IMAGE_${stem}`] ?? own?.image ?? dependency.container.image,
    limits: { ...dependency.limits, ...withoutUndefined(own?.limits ?? {}) },
  }
}

function providerNamed(value: string | undefined, variable: string): ProviderName | undefined {
  if (value === undefined || value === '') return undefined
  const provider = PROVIDER_NAMES.find((name) => name === value)
  if (provider !== undefined) return provider
  throw new HarnessError(`choosing a provider: ${variable}="${value}" is none`, {
    remedy: `It takes ${PROVIDER_NAMES.join(', ')}, or nothing for the first that can serve.`,
  })
}

/**
 * Decides in the order external, container, native, unless one is forced.
 *
 * @throws HarnessError that says, for each provider, why it cannot serve and what would change that
 */
export async function resolveProvider(dependency: Dependency, preference: Preference): Promise<Resolution> {
  const refused: Candidate[] = []
  for (const ask of candidatesOf(dependency, preference)) {
    const candidate = await ask()
    if (candidate.resolution) return candidate.resolution
    refused.push(candidate)
  }
  const forced = preference.forced === undefined ? '' : ` by the provider "${preference.forced}" that was asked for`
  throw new HarnessError(
    `${dependency.title} cannot be served${forced}:\n${refused.map((c) => `  ${c.provider}: ${c.obstacle}`).join('\n')}`,
    { remedy: refused.flatMap((c) => (c.remedy === undefined ? [] : [c.remedy])).join('\n  ') },
  )
}

/** The providers that may serve, in order, each asked only when its turn comes. */
export function candidatesOf(dependency: Dependency, preference: Preference): (() => Promise<Candidate>)[] {
  const all: Record<ProviderName, () => Promise<Candidate>> = {
    external: () => Promise.resolve(askExternal(dependency, preference)),
    container: () => askContainer(dependency, preference),
    native: () => askNative(dependency, preference),
  }
  if (preference.forced !== undefined) return [all[preference.forced]]
  // A URL is an order, not an offer: when it is wrong the user hears of it instead of getting another server.
  return preference.url === undefined ? [all.container, all.native] : [all.external]
}

function askExternal(dependency: Dependency, { url, companionUrl, limits }: Preference): Candidate {
  const provider = 'external'
  const remedy = `Set ${dependency.urlVariable}, for example ${dependency.schemes[0]}//127.0.0.1:…`
  if (url === undefined) return { provider, obstacle: `${dependency.urlVariable} is not set`, remedy }
  const companions =
    companionUrl === undefined
      ? []
      : parseExternalUrls(dependency, companionUrl, dependency.companionVariable, ['http:', 'https:'])
  const urls = [...parseExternalUrls(dependency, url), ...companions]
  return { provider, resolution: { provider, urls, limits, why: `${dependency.urlVariable} is set` } }
}

async function askContainer(dependency: Dependency, { image, limits }: Preference): Promise<Candidate> {
  const provider = 'container'
  const { container } = dependency
  // The user's own choice of an image is an order.
  const answer = await askDocker(image, image === container.image ? container.builtImage : undefined)
  if (answer.obstacle !== undefined) return { provider, obstacle: answer.obstacle, remedy: answer.remedy }
  return { provider, resolution: { provider, image: answer.image, limits, why: answer.why } }
}

async function askNative(dependency: Dependency, { limits }: Preference): Promise<Candidate> {
  const provider = 'native'
  try {
    const found = await dependency.native.find()
    if (isMissing(found)) return { provider, obstacle: found.missing, remedy: found.install }
    if (found.version !== '' && compareVersions(found.version, dependency.minimumVersion) < 0)
      return {
        provider,
        obstacle: `${found.origin} ${found.version} is too old: ${dependency.minimumVersion} or later is needed`,
        remedy: `Install ${dependency.title} ${dependency.minimumVersion} or later, or set ${dependency.urlVariable}.`,
      }
    const why = `${found.origin} ${found.version}`
    return { provider, resolution: { provider, installation: found, limits, why } }
  } catch (error) {
    return { provider, obstacle: messageOf(error) }
  }
}

function withoutUndefined(limits: { [Name in keyof Limits]?: number | undefined }): Partial<Limits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}
