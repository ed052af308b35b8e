import { randomBytes } from 'node:crypto'
import { join } from 'node:path'

import { compareVersions } from './version.ts'
import type { Dependency, LeaseOptions, Server } from './dependency.ts'
import { HarnessError, messageOf } from './errors.ts'
import { openLog } from './log.ts'
import { withoutPassword } from './providers/external.ts'
import { startNative } from './providers/native.ts'
import type { Started } from './providers/native.ts'
import type { Resolution } from './providers/resolve.ts'

const PROBE_EVERY_MS = 10
const LINES_SHOWN = 20
/** A port can be taken between its choice and its use. */
const TRIES = 3

/** A server that answered a real operation. */
export interface RunningServer extends Server {
  readonly dependency: Dependency
  readonly provider: Resolution['provider']
  /** False once its process has ended by itself. */
  readonly alive: boolean
  readonly logFile: string | undefined
  readonly startedInMs: number
  stop(): Promise<void>
}

export interface StartSite {
  /** The supervisor's id: labels containers. */
  readonly owner: string
  /** Folder below which native servers get theirs. */
  readonly root: string
}

let count = 0

/**
 * Starts a server, or connects to the user's, and waits until it is healthy.
 *
 * @throws HarnessError with what was found, the last lines of the server's log, and what to do next
 */
export async function startServer(
  dependency: Dependency,
  resolution: Resolution,
  options: LeaseOptions,
  site: StartSite,
): Promise<RunningServer> {
  if (resolution.provider === 'external') return await connectToExternal(dependency, resolution.urls)
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(dependency, resolution, options, site)
    } catch (error) {
      if (attempt === TRIES || !(error instanceof HarnessError) || !isPortTaken(error.message)) throw error
    }
  }
}

async function startOnce(
  dependency: Dependency,
  resolution: Exclude<Resolution, { provider: 'external' }>,
  options: LeaseOptions,
  site: StartSite,
): Promise<RunningServer> {
  const began = performance.now()
  const name = `${dependency.name}-${site.owner}-${++count}`
  const log = openLog(name)
  const secret = randomBytes(12).toString('hex')
  let started: Started | undefined
  let alive = true
  const stop = async (): Promise<void> => {
    alive = false
    await started?.stop()
    log.close()
  }
  try {
    started =
      resolution.provider === 'native'
        ? await startNative(dependency, resolution, { directory: join(site.root, name), log, options, secret })
        : await (
            await import('./providers/container.ts')
          ).startContainer(dependency, resolution, { owner: site.owner, log, options, secret })
    void started.ended.then(() => (alive = false))
    const version = await waitUntilHealthy(dependency, started.urls, () => alive)
    refuseOldVersion(dependency, version)
    const { urls } = started
    return {
      dependency,
      provider: resolution.provider,
      urls,
      version,
      logFile: log.file,
      startedInMs: performance.now() - began,
      stop,
      get alive() {
        return alive
      },
    }
  } catch (error) {
    await stop()
    if (error instanceof HarnessError && error.remedy !== undefined) throw error
    const secrets = [secret, ...passwordsOf(started?.urls ?? [])]
    const lines = await log.lastLines(LINES_SHOWN, secrets)
    throw new HarnessError(
      `starting ${dependency.title} (${resolution.provider}, ${resolution.why}): ${withoutPassword(messageOf(error))}\n` +
        (lines === '' ? 'It wrote nothing to its log.' : `The last lines of its log:\n${lines}`),
      { remedy: `The whole log: ${log.file}`, cause: error },
    )
  }
}

async function connectToExternal(dependency: Dependency, urls: readonly string[]): Promise<RunningServer> {
  const began = performance.now()
  let version: string
  try {
    version = await dependency.probe(urls)
  } catch (error) {
    if (error instanceof HarnessError) throw error
    const shown = withoutPassword(urls[0] ?? '')
    throw new HarnessError(`connecting to ${dependency.title} at ${shown}: ${withoutPassword(messageOf(error))}`, {
      remedy: `Check ${dependency.urlVariable}: host, port, user and password. Unset it to let the harness start a server.`,
      cause: error,
    })
  }
  refuseOldVersion(dependency, version)
  const startedInMs = performance.now() - began
  const nothing = (): Promise<void> => Promise.resolve()
  return { dependency, provider: 'external', urls, version, alive: true, logFile: undefined, startedInMs, stop: nothing }
}

async function waitUntilHealthy(dependency: Dependency, urls: readonly string[], isAlive: () => boolean): Promise<string> {
  const deadline = performance.now() + dependency.startWithinMs
  for (;;) {
    try {
      return await dependency.probe(urls)
    } catch (error) {
      if (!isAlive()) throw new Error('its process ended before it was ready', { cause: error })
      if (performance.now() > deadline)
        throw new Error(`it was not healthy within ${dependency.startWithinMs} ms (${messageOf(error)})`, { cause: error })
    }
    await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS))
  }
}

function refuseOldVersion(dependency: Dependency, version: string): void {
  if (compareVersions(version, dependency.minimumVersion) >= 0) return
  throw new HarnessError(`${dependency.title} ${version} is too old: ${dependency.minimumVersion} or later is needed`, {
    remedy: `Install a newer one, choose another provider (HARNESS_PROVIDER), or set ${dependency.urlVariable}.`,
  })
}

function isPortTaken(message: string): boolean {
  return /address (is )?already in use|eaddrinuse|port is already allocated/i.test(message)
}

function passwordsOf(urls: readonly string[]): string[] {
  return urls.map((url) => decodeURIComponent(new URL(url).password)).filter((password) => password !== '')
}
