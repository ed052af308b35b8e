import { setTimeout as delay } from 'node:timers/promises'
import { ClickHouseServerError, fromEngineMessage } from './clickhouse-error.ts'
import { connect, type EngineOptions } from './engine-connection.ts'
import type { ExecutionPlan, ExecutionSummary } from './engine-messages.ts'
import { EngineThread } from './engine-thread-handle.ts'
import { Execution } from './execution.ts'
import { loadNativeBinding, type NativeBinding, type NativeConnection } from './native-binding.ts'
import { stringLiteral } from './sql-literal.ts'

export type { ExecutionPlan, ExecutionSummary }

/** Below UV_THREADPOOL_SIZE (see main.ts), so that compression and files always find a thread of the pool. */
export const MAX_CONCURRENT_STATEMENTS = 32
const MAX_THREADS = 4
const KILL_AGAIN_AFTER_MS = 100

/** The one ClickHouse of this process. */
export class Engine {
  readonly version: string
  readonly #binding: NativeBinding
  readonly #options: EngineOptions
  /** Never used for statements: the engine lives as long as its first connection. */
  readonly #anchor: NativeConnection
  readonly #threads: EngineThread[]
  readonly #executions = new Map<number, Execution>()
  readonly #waiting: Execution[] = []
  #lastId = 0
  #closing = false

  private constructor(
    binding: NativeBinding,
    options: EngineOptions,
    anchor: NativeConnection,
    thread: EngineThread,
    version: string,
  ) {
    this.#binding = binding
    this.#options = options
    this.#anchor = anchor
    this.#threads = [thread]
    this.version = version
  }

  /** @throws EngineUnavailableError when `chdb` is missing, an Error when the directory cannot be used */
  static async start(options: EngineOptions): Promise<Engine> {
    const thread = new EngineThread(options)
    // Loaded here too: the library must outlive every thread that uses it.
    const binding = loadNativeBinding()
    const anchor = open(binding, options)
    const [version] = await Promise.all([
      binding.QueryAsyncConnection(anchor, 'SELECT version()', 'TabSeparated'),
      thread.ready,
    ])
    return new Engine(binding, options, anchor, thread, Buffer.from(version.bytes).toString().trim())
  }

  /** Statements beyond MAX_CONCURRENT_STATEMENTS wait for their turn. */
  execute(plan: ExecutionPlan): Execution {
    if (this.#closing) throw new ClickHouseServerError('ABORTED', 'The server is stopping: start it again')
    const id = (this.#lastId += 1)
    const marker = `execution-${id}`
    const comment = plan.settings['log_comment']
    const marked = { ...plan.settings, log_comment: comment === undefined ? marker : `${comment} ${marker}` }
    const execution = new Execution(id, { ...plan, settings: marked }, () => void this.#kill(execution, marker))
    // Never rejects: however a statement ended, its place is free.
    void execution.settled.then(() => this.#release(execution))
    this.#executions.set(id, execution)
    if (this.#executions.size - this.#waiting.length > MAX_CONCURRENT_STATEMENTS) this.#waiting.push(execution)
    else this.#start(execution)
    return execution
  }

  /** Lets running statements end by themselves until the deadline, and cancels the rest. */
  async close(graceMs: number): Promise<void> {
    this.#closing = true
    const all = () => Promise.all([...this.#executions.values()].map((execution) => execution.settled))
    const expired = await Promise.race([all().then(() => false), delay(graceMs, true, { ref: false })])
    if (expired) for (const execution of this.#executions.values()) execution.cancel()
    await all()
    this.#binding.CloseConnection(this.#anchor)
  }

  #start(execution: Execution) {
    const idle = this.#threads.find((thread) => thread.load === 0)
    if (!idle && this.#threads.length < MAX_THREADS) this.#threads.push(new EngineThread(this.#options))
    const thread = idle ?? this.#threads.reduce((least, other) => (other.load < least.load ? other : least))
    execution.startOn(thread)
  }

  #release(execution: Execution) {
    this.#executions.delete(execution.id)
    const waitingAt = this.#waiting.indexOf(execution)
    if (waitingAt >= 0) {
      this.#waiting.splice(waitingAt, 1)
      return
    }
    const next = this.#waiting.shift()
    if (next) this.#start(next)
  }

  /**
   * Stops a statement inside the engine, which can only be told so by another query. The statement may not have reached
   * the engine's list yet, so this is repeated until it has ended.
   */
  async #kill(execution: Execution, marker: string): Promise<void> {
    const sql = `KILL QUERY WHERE endsWith(Settings['log_comment'], ${stringLiteral(marker)}) ASYNC`
    while (!execution.isSettled) {
      const connection = connect(this.#binding, this.#options)
      try {
        await this.#binding.QueryAsyncConnection(connection, sql, 'Null')
      } catch (error) {
        const reason = fromEngineMessage(error instanceof Error ? error.message : String(error)).message
        process.stderr.write(`clickhouse-server: could not cancel a query, it runs to its end: ${reason}\n`)
        return
      } finally {
        this.#binding.CloseConnection(connection)
      }
      await Promise.race([execution.settled, delay(KILL_AGAIN_AFTER_MS)])
    }
  }
}

function open(binding: NativeBinding, options: EngineOptions): NativeConnection {
  try {
    return connect(binding, options)
  } catch (cause) {
    throw new Error(
      `clickhouse-server: the engine cannot open ${options.path}: choose a directory that it can write to and that no ` +
        'other server uses',
      { cause },
    )
  }
}
