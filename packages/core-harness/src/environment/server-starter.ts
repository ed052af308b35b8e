import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'

import { compareVersions } from './version.ts'
import type { Dependency, LeaseOptions, Server } from './dependency.ts'
import { HarnessError, messageOf } from './errors.ts'
import { openLog } from './log.ts'
import { withinTime } from './within-time.ts'
import { passwordsOf, withoutPassword, withoutSecrets } from './url-secrets.ts'
import { addressIn } from './peer-address.ts'
import type { PeerAddress } from './peer-address.ts'
import { ServerControl } from './server-control.ts'
import { startNative } from './providers/native.ts'
import type { Started } from './providers/native.ts'
import type { Resolution } from './providers/resolve.ts'

const PROBE_EVERY_MS = 10
const LINES_SHOWN = 20
/** A port can be taken between its choice and its use. */
const TRIES = 3
/** For a server that was healthy before. */
const ANSWERS_WITHIN_MS = 5_000

/** A server that answered a real operation. */
export interface RunningServer extends Server {
  readonly dependency: Dependency
  readonly provider: Resolution['provider']
  /** False once its process has ended by itself. */
  readonly alive: boolean
  readonly logFile: string | undefined
  readonly startedInMs: number
  /** Where another server reaches it. */
  readonly peerAddress: PeerAddress
  /** For what is done to it on purpose; undefined for a server that the user gave. */
  readonly control: ServerControl | undefined
  stop(): Promise<void>
}

export interface StartSite {
  /** The supervisor's id: labels containers. */
  readonly owner: string
  /** Folder below which native servers get theirs. */
  readonly root: string
  /** It is for one lease alone, which may kill it and start it anew. */
  readonly isOwn?: boolean
  /** Says that nobody wants the server any more. */
  readonly signal: AbortSignal
}

let count = 0

/** Whether a server still does what it is there for. */
export async function answers({ dependency, urls, alive }: RunningServer): Promise<boolean> {
  if (!alive) return false
  try {
    await withinTime(dependency.probe(urls), ANSWERS_WITHIN_MS)
    return true
  } catch {
    return false // Why does not matter here: whoever needs it meets the error itself.
  }
}

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
  if (resolution.provider === 'external') return await connectToExternal(dependency, resolution.urls, site)
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(dependency, resolution, options, site)
    } catch (error) {
      if (attempt === TRIES || site.signal.aborted || !(error instanceof HarnessError) || !isPortTaken(error.message))
        throw error
    }
  }
}

async function startOnce(
  dependency: Dependency,
  resolution: Exclude<Resolution, { provider: 'external' }>,
  options: LeaseOptions,
  { owner, root, isOwn, signal }: StartSite,
): Promise<RunningServer> {
  const began = performance.now()
  const name = `${dependency.name}-${owner}-${++count}`
  const log = openLog(name)
  const secret = randomBytes(12).toString('hex')
  let started: Started | undefined
  let control: ServerControl | undefined
  let alive = true
  const stop = async (): Promise<void> => {
    alive = false
    await control?.unpause()
    await started?.stop()
    log.close()
  }
  try {
    started =
      resolution.provider === 'native'
        ? await startNative(dependency, resolution, { directory: join(root, name), log, options, secret })
        : await (
            await import('./providers/container.ts')
          ).startContainer(dependency, resolution, { owner, log, options, secret, isOwn: isOwn === true })
    void started.ended.then(() => (alive = false))
    const version = await waitUntilHealthy(dependency, started.urls, () => alive, signal)
    refuseOldVersion(dependency, version)
    const { urls, nodes, peerAddress } = started
    control = new ServerControl(dependency.title, nodes, (given) =>
      waitUntilHealthy(dependency, urls, () => alive, given),
    )
    return {
      dependency,
      provider: resolution.provider,
      urls,
      version,
      holder: owner,
      logFile: log.file,
      startedInMs: performance.now() - began,
      peerAddress,
      control,
      stop,
      get alive() {
        return alive
      },
    }
  } catch (error) {
    await stop()
    if (signal.aborted) throw signal.reason
    if (error instanceof HarnessError && error.remedy !== undefined) throw error
    const secrets = [secret, ...passwordsOf(started?.urls ?? [])]
    const lines = await log.lastLines(LINES_SHOWN, secrets)
    throw new HarnessError(
      `starting ${dependency.title} (${resolution.provider}, ${resolution.why}): ${withoutSecrets(messageOf(error), secrets)}\n` +
        (lines === '' ? 'It wrote nothing to its log.' : `The last lines of its log:\n${lines}`),
      {
        remedy: isDiskFull(error) ? `Free space in ${dirname(root)}, or set TMPDIR.` : `The whole log: ${log.file}`,
        cause: error,
      },
    )
  }
}

async function connectToExternal(
  dependency: Dependency,
  urls: readonly string[],
  { owner, signal }: StartSite,
): Promise<RunningServer> {
  const began = performance.now()
  const version = await askVersion(dependency, urls, signal)
  const startedInMs = performance.now() - began
  const stop = (): Promise<void> => Promise.resolve()
  return {
    dependency,
    provider: 'external',
    urls,
    version,
    holder: owner,
    alive: true,
    logFile: undefined,
    startedInMs,
    peerAddress: addressIn(urls[0] ?? ''),
    control: undefined,
    stop,
  }
}

/**
 * Asks the user's server for its version by a real operation.
 *
 * @throws HarnessError when it cannot be reached or used, or is too old
 */
export async function askVersion(
  dependency: Dependency,
  urls: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  let version: string
  try {
    version = await withinTime(dependency.probe(urls), dependency.startWithinMs, signal)
  } catch (error) {
    if (error instanceof HarnessError) throw error
    const shown = withoutPassword(urls[0] ?? '')
    const found = withoutSecrets(messageOf(error), passwordsOf(urls))
    throw new HarnessError(`connecting to ${dependency.title} at ${shown}: ${found}`, {
      remedy: `Check ${dependency.urlVariable}: host, port, user and password. Unset it to let the harness start a server.`,
      cause: error,
    })
  }
  refuseOldVersion(dependency, version)
  return version
}

async function waitUntilHealthy(
  dependency: Dependency,
  urls: readonly string[],
  isAlive: () => boolean,
  signal: AbortSignal,
): Promise<string> {
  const deadline = performance.now() + dependency.startWithinMs
  for (;;) {
    signal.throwIfAborted()
    try {
      const version = await withinTime(dependency.probe(urls), Math.max(1, deadline - performance.now()), signal)
      if (isAlive()) return version
    } catch (error) {
      signal.throwIfAborted()
      if (!isAlive()) throw new Error('its process ended before it was ready', { cause: error })
      if (performance.now() > deadline)
        throw new Error(`it was not healthy within ${dependency.startWithinMs} ms (${messageOf(error)})`, {
          cause: error,
        })
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

/** Whether a server, or a provider, says so in its words. */
export function isPortTaken(message: string): boolean {
  const inAnyWords =
    /address (is )?already in use|eaddrinuse|port is already allocated|port_already_used|cannot listen on/i
  return inAnyWords.test(message)
}

function isDiskFull(error: unknown): boolean {
  return /ENOSPC|no space left/i.test(messageOf(error))
}
