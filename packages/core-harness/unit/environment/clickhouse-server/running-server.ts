import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient, type ClickHouseClient } from '@clickhouse/client'

export const MAIN = fileURLToPath(new URL('../../../src/environment/clickhouse-server/main.ts', import.meta.url))

export interface Launch {
  args?: string[]
  env?: Record<string, string>
  main?: string
}

/** A process of the server with everything that it said. */
export class ServerProcess {
  readonly child: ChildProcess
  readonly exit: Promise<number | null>
  stdout = ''
  stderr = ''
  readonly #firstLine: Promise<string>

  constructor({ args = [], env = {}, main = MAIN }: Launch) {
    this.child = spawn(process.execPath, [main, ...args], { env: { ...process.env, ...env }, stdio: 'pipe' })
    this.exit = once(this.child, 'close').then(([code]) => code as number | null)
    this.child.stderr?.on('data', (text) => (this.stderr += text))
    this.#firstLine = new Promise((resolve) => {
      this.child.stdout?.on('data', (text) => {
        this.stdout += text
        if (this.stdout.includes('\n')) resolve(this.stdout)
      })
    })
  }

  /** The line that says that it is ready, or an error with what it said instead. */
  async ready(): Promise<{ ready: boolean; port: number; version: string }> {
    const line = await Promise.race([this.#firstLine, this.exit])
    if (typeof line !== 'string') throw new Error(`the server ended with ${line}: ${this.stderr}`)
    return JSON.parse(line)
  }
}

export interface RunningServer {
  process: ServerProcess
  directory: string
  url: string
  version: string
  /** Ended by `stop`. */
  client(options?: Parameters<typeof createClient>[0]): ClickHouseClient
  /** A client of a database of its own. */
  databaseClient(name: string): Promise<ClickHouseClient>
  stop(): Promise<void>
}

export async function startServer(launch: Launch = {}): Promise<RunningServer> {
  const directory = mkdtempSync(join(tmpdir(), 'clickhouse-server-'))
  // Its stdin ends with this process, and so does the server, however the test ends.
  const args = ['--port', '0', '--path', directory, '--exit-with-stdin', ...(launch.args ?? [])]
  const server = new ServerProcess({ ...launch, args })
  const { port, version } = await server.ready()
  const url = `http://127.0.0.1:${port}`
  const clients: ClickHouseClient[] = []
  const client: RunningServer['client'] = (options = {}) => {
    // The client prints the errors that tests provoke, unless it is told not to.
    const created = createClient({ url, log: { level: 127 }, max_open_connections: 50, ...options })
    clients.push(created)
    return created
  }
  return {
    process: server,
    directory,
    url,
    version,
    client,
    async databaseClient(name) {
      await client().command({ query: `CREATE DATABASE ${name}` })
      return client({ database: name })
    },
    async stop() {
      await Promise.all(clients.map((each) => each.close()))
      server.child.kill('SIGTERM')
      await server.exit
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Asks again until the answer is yes. */
export async function until(what: string, ask: () => Promise<boolean>, deadlineMs = 10_000): Promise<void> {
  const deadline = performance.now() + deadlineMs
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Whether a query with this text in it is running in the engine. */
export async function isRunning(client: ClickHouseClient, text: string): Promise<boolean> {
  const result = await client.query({
    query:
      'SELECT count() AS n FROM system.processes WHERE query LIKE {pattern:String} AND query NOT LIKE {self:String}',
    query_params: { pattern: `%${text}%`, self: '%system.processes%' },
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ n: number }>()
  return row !== undefined && row.n > 0
}
