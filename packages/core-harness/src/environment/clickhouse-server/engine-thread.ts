/**
 * A thread that runs statements on the engine. Planning a streamed query blocks the thread that asks for it, and only
 * this one: requests and /ping are answered on the main thread.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { connect, prepare, type EngineOptions } from './engine-connection.ts'
import type { ExecutionPlan, ExecutionSummary, FromEngine, ToEngine } from './engine-messages.ts'
import {
  EngineUnavailableError,
  loadNativeBinding,
  type NativeBinding,
  type NativeConnection,
} from './native-binding.ts'

const port = parentPort
if (!port) throw new Error('engine-thread.ts is a worker thread: start main.ts instead')
const options = workerData as EngineOptions

interface Running {
  cancelled: boolean
  /** Resolves the wait for the reader; set while the reader has not asked for more. */
  resume?: () => void
  /** The reader asked before the piece it asked after was even sent. */
  wanted: boolean
}

const running = new Map<number, Running>()
const say = (message: FromEngine, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)

const NOTHING: ExecutionSummary = { resultRows: 0, resultBytes: 0, writtenRows: 0, writtenBytes: 0, elapsedNs: 0 }
const CANCELLED = 'Code: 394. DB::Exception: Query was cancelled. (QUERY_WAS_CANCELLED)'

try {
  const binding = loadNativeBinding()
  port.on('message', (message: ToEngine) => {
    if (message.type === 'execute') void execute(binding, message.id, message.plan)
    else control(message)
  })
  say({ type: 'ready' })
} catch (error) {
  if (!(error instanceof EngineUnavailableError)) throw error
  say({ type: 'unavailable', reason: error.message })
}

function control(message: { type: 'next' | 'cancel'; id: number }) {
  const execution = running.get(message.id)
  if (!execution) return
  if (message.type === 'cancel') execution.cancelled = true
  else execution.wanted = true
  execution.resume?.()
}

async function execute(binding: NativeBinding, id: number, plan: ExecutionPlan) {
  const execution: Running = { cancelled: false, wanted: false }
  running.set(id, execution)
  let connection: NativeConnection | undefined
  try {
    connection = connect(binding, options)
    await prepare(binding, connection, plan)
    throwIfCancelled(execution)
    say({ type: 'end', id, summary: await run(binding, connection, id, plan, execution) })
  } catch (error) {
    say({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) })
  } finally {
    running.delete(id)
    // Only here, after its last call has settled: closing a connection in use aborts the engine.
    if (connection) binding.CloseConnection(connection)
  }
}

async function run(
  binding: NativeBinding,
  connection: NativeConnection,
  id: number,
  plan: ExecutionPlan,
  execution: Running,
): Promise<ExecutionSummary> {
  if (plan.mode === 'write') {
    const written = await binding.InsertRawAsyncConnection(connection, plan.sql, Buffer.alloc(0), false)
    return {
      ...NOTHING,
      writtenRows: written.rowsWritten,
      writtenBytes: written.bytesWritten,
      ...took(written.elapsed),
    }
  }
  if (plan.mode === 'whole') {
    const result = await binding.QueryAsyncConnection(connection, plan.sql, plan.format)
    sendPiece(id, result.bytes)
    return { ...NOTHING, resultRows: result.rowsRead, resultBytes: result.bytesRead, ...took(result.elapsed) }
  }
  return runInPieces(binding, connection, id, plan, execution)
}

async function runInPieces(
  binding: NativeBinding,
  connection: NativeConnection,
  id: number,
  plan: ExecutionPlan,
  execution: Running,
): Promise<ExecutionSummary> {
  const started = performance.now()
  const stream = binding.StreamQuery(connection, plan.sql, plan.format)
  const total = { ...NOTHING }
  let finished = false
  try {
    for (;;) {
      throwIfCancelled(execution)
      const piece = await binding.StreamFetch(stream)
      if (piece.done) break
      total.resultRows += piece.numRows
      total.resultBytes += piece.bytes.length
      throwIfCancelled(execution)
      sendPiece(id, piece.bytes)
      await readerWantsMore(execution)
    }
    finished = true
    return { ...total, ...took((performance.now() - started) / 1000) }
  } finally {
    if (!finished) binding.StreamCancel(stream)
  }
}

/** The reader has the pace: at most one piece is on its way, whatever the size of the result. */
async function readerWantsMore(execution: Running) {
  while (!execution.wanted && !execution.cancelled) {
    await new Promise<void>((resolve) => (execution.resume = resolve))
  }
  execution.wanted = false
  delete execution.resume
}

function sendPiece(id: number, bytes: Uint8Array) {
  if (bytes.length === 0) return
  // A small buffer is a view of Node's pool and must be copied, not transferred.
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
  say({ type: 'piece', id, bytes: own }, [own.buffer as ArrayBuffer])
}

function took(seconds: number) {
  return { elapsedNs: Math.round(seconds * 1e9) }
}

function throwIfCancelled(execution: Running) {
  if (execution.cancelled) throw new Error(CANCELLED)
}
