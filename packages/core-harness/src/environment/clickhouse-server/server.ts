import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import type { CommandLine } from './command-line.ts'
import { expectedCredentials } from './credentials.ts'
import { Engine } from './engine.ts'
import { createHttpServer } from './http-server.ts'
import { InsertSpool } from './insert-spool.ts'
import { QueryHandler } from './query-handler.ts'

export interface RunningServer {
  port: number
  version: string
  stop(): Promise<void>
}

/** What statements under way are given to end by themselves. */
const GRACE_MS = 5000
/** What the engine is given to let go of a cancelled statement, before the process is ended without its consent. */
const LAST_RESORT_MS = 10_000
const HOST = '127.0.0.1'

/** @throws EngineUnavailableError when `chdb` is missing; an Error that says why for everything else */
export async function startServer(options: CommandLine, env: NodeJS.ProcessEnv): Promise<RunningServer> {
  const path = resolve(options.path)
  await mkdir(path, { recursive: true })
  const { maxMemoryBytes } = options
  const engine = await Engine.start({ path, ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }) })
  const handler = new QueryHandler(engine, await InsertSpool.create(join(path, 'http_spool')))
  const server = createHttpServer(handler, expectedCredentials(env), engine.version)
  server.listen(options.port, HOST)
  await once(server, 'listening').catch((cause: unknown) => {
    throw new Error(`clickhouse-server: cannot listen on ${HOST}:${options.port}: choose a free port`, { cause })
  })
  return {
    port: (server.address() as AddressInfo).port,
    version: engine.version,
    async stop() {
      setTimeout(() => {
        process.stderr.write('clickhouse-server: the engine does not let go of a statement, ending without it\n')
        process.kill(process.pid, 'SIGKILL')
      }, GRACE_MS + LAST_RESORT_MS).unref()
      const closed = new Promise((done) => server.close(done))
      server.closeIdleConnections()
      await engine.close(GRACE_MS)
      const lingering = setTimeout(() => server.closeAllConnections(), 1000).unref()
      await closed
      clearTimeout(lingering)
    },
  }
}
