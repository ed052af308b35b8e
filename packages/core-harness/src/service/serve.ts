import type { FastifyInstance } from 'fastify'

import { HarnessError, messageOf } from '../environment/errors.ts'
import { withoutPassword } from '../environment/url-secrets.ts'
import { withinTime } from '../environment/within-time.ts'
import { createApp } from './app.ts'
import type { Variables } from './setting.ts'
import type { Problem } from './problem.ts'
import { readSettings } from './settings.ts'
import type { ServiceSettings } from './settings.ts'

const CLOSE_IDLE_EVERY_MS = 50

type Figures = Readonly<Record<string, number | string>>

/** A service whose dependencies are connected. */
export interface OpenedService {
  /** Declares its routes. */
  routes(app: FastifyInstance): void | Promise<void>
  /**
   * One real operation on each dependency.
   *
   * @throws whatever says why it cannot serve now
   */
  ready(): Promise<void>
  /** Counters and figures of its own, for `/stats`. */
  stats?(): Figures | Promise<Figures>
  /** What an error of its own is in HTTP; undefined for one that it does not know, which is answered with 500. */
  problemOf?(error: unknown): Problem | undefined
  close(): Promise<void>
}

export interface ServiceProgram {
  readonly name: string
  /** @throws HarnessError for a setting that is wrong (exit code 2), or a dependency that cannot be reached */
  open(variables: Variables): Promise<OpenedService>
}

/**
 * Runs a service as this process, until SIGTERM or SIGINT.
 *
 * When it serves, it writes one line of JSON to standard output: `{"listening": "http://127.0.0.1:4711", "processId": 42}`.
 * All else that it has to say goes to standard error. Told to stop, it accepts no more connections, answers what runs,
 * closes its dependencies and exits with 0; with 1 when requests had to be cut off at the deadline. A second signal ends
 * it at once.
 */
export async function serve(program: ServiceProgram): Promise<void> {
  const log = (line: string): void =>
    void process.stderr.write(`${new Date().toISOString()} ${program.name}: ${line}\n`)
  try {
    const settings = readSettings(process.env)
    const stop = stopSignal()
    const service = await program.open(process.env)
    const app = await createApp(program.name, service, settings, log)
    await app.listen({ host: settings.host, port: settings.port })
    process.stdout.write(`${JSON.stringify({ listening: addressOf(app), processId: process.pid })}\n`)
    await stop
    process.exit(await end(app, service, settings, log))
  } catch (error) {
    const known = error instanceof HarnessError
    const said = known ? error.explain() : error instanceof Error && error.stack ? error.stack : messageOf(error)
    log(`cannot start: ${withoutPassword(known ? said.replaceAll('\n', ' ') : said)}`)
    process.exit(known ? error.exitCode : 1)
  }
}

/** Resolves with the first signal; the second one exits. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let told = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => {
        if (told) process.exit(130)
        told = true
        resolve()
      })
  })
}

/** @returns the exit code */
async function end(
  app: FastifyInstance,
  service: OpenedService,
  { stopWithinMs }: ServiceSettings,
  log: (line: string) => void,
): Promise<number> {
  let code = 0
  const closed = app.close()
  // Those that were busy when it began, and whose callers keep them open.
  const closeIdle = setInterval(() => app.server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  try {
    await withinTime(closed, stopWithinMs)
  } catch {
    log(`requests still ran ${stopWithinMs} ms after the signal; they were cut off`)
    code = 1
    app.server.closeAllConnections()
    await closed
  } finally {
    clearInterval(closeIdle)
  }
  try {
    await withinTime(service.close(), stopWithinMs)
  } catch (error) {
    log(`closing its dependencies: ${withoutPassword(messageOf(error))}`)
    code = 1
  }
  return code
}

function addressOf(app: FastifyInstance): string {
  const address = app.server.address() as { address: string; port: number; family: string }
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}
