import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ClickHouseServerError } from './clickhouse-error.ts'
import type { Engine, ExecutionPlan } from './engine.ts'
import { isForm, readFormFields } from './form-fields.ts'
import type { InsertSpool } from './insert-spool.ts'
import { outputFormat } from './output-format.ts'
import { RequestBody } from './request-body.ts'
import { readParameters, type RequestParameters } from './request-parameters.ts'
import { readRequestStatement, type RequestStatement } from './request-statement.ts'
import { sendResult } from './result-response.ts'
import { stringLiteral } from './sql-literal.ts'
import type { PlainStatement } from './statement.ts'

/** With these settings, what follows the rows (or surrounds them) exists once a result and not once a piece. */
const WHOLE_RESULT_SETTINGS = ['extremes', 'output_format_json_array_of_rows']

/** Runs the statement of a request and answers with its result. */
export class QueryHandler {
  readonly #engine: Engine
  readonly #spool: InsertSpool
  readonly #runningIds = new Set<string>()

  constructor(engine: Engine, spool: InsertSpool) {
    this.#engine = engine
    this.#spool = spool
  }

  /** @throws ClickHouseServerError while nothing of the response has been sent, UploadAbortedError */
  async handle(request: IncomingMessage, response: ServerResponse, search: URLSearchParams): Promise<void> {
    const body = new RequestBody(request)
    try {
      const contentType = request.headers['content-type']
      const form = isForm(contentType) ? await readFormFields(contentType, body) : []
      const parameters = readParameters(new URLSearchParams([...search, ...form]), request)
      const queryId = parameters.queryId ?? randomUUID()
      response.setHeader('X-ClickHouse-Query-Id', headerSafe(queryId))
      const statement = await readRequestStatement(parameters.query, body)
      await this.#exclusively(queryId, () => this.#run(request, response, parameters, statement))
    } finally {
      body.discard()
    }
  }

  async #run(
    request: IncomingMessage,
    response: ServerResponse,
    parameters: RequestParameters,
    { statement, rows }: RequestStatement,
  ) {
    if (statement.kind !== 'insert') {
      await this.#answer(request, response, parameters, readPlan(parameters, statement), statement.kind === 'read')
      return
    }
    await this.#spool.with(rows(), async (path) => {
      const { target, clauses, format } = statement
      const source = `FROM INFILE ${stringLiteral(path)} COMPRESSION 'none'`
      const sql = `${target} ${source} ${clauses} FORMAT ${format}`
      await this.#answer(request, response, parameters, { ...common(parameters), sql, mode: 'write' }, false)
    })
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    parameters: RequestParameters,
    plan: ExecutionPlan,
    cancelWhenAlone: boolean,
  ) {
    const execution = this.#engine.execute(plan)
    // What changes data runs to its end, as in ClickHouse; nobody is left to want the rows of the rest.
    const onClose = () => cancelWhenAlone && execution.cancel()
    response.once('close', onClose)
    if (response.destroyed) onClose()
    try {
      await sendResult(request, response, execution, {
        format: plan.format,
        holdBackBytes: parameters.holdBackBytes,
        compress: ['1', 'true'].includes(parameters.settings['enable_http_compression'] ?? ''),
      })
    } finally {
      // The file of an INSERT is the engine's until then.
      await execution.settled
    }
  }

  async #exclusively(queryId: string, run: () => Promise<void>) {
    if (this.#runningIds.has(queryId)) {
      throw new ClickHouseServerError(
        'QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING',
        `Query with id = ${queryId} is already running: give every query an id of its own`,
      )
    }
    this.#runningIds.add(queryId)
    try {
      await run()
    } finally {
      this.#runningIds.delete(queryId)
    }
  }
}

function common(parameters: RequestParameters) {
  const { database, settings, defaultFormat: format } = parameters
  return { ...(database === undefined ? {} : { database }), settings, parameters: parameters.parameters, format }
}

function readPlan(parameters: RequestParameters, statement: PlainStatement): ExecutionPlan {
  const format = statement.format ?? parameters.defaultFormat
  const inPieces =
    statement.pieces &&
    outputFormat(format).headingLines !== undefined &&
    !WHOLE_RESULT_SETTINGS.some((name) => name in parameters.settings)
  const mode = statement.kind === 'write' ? 'write' : inPieces ? 'pieces' : 'whole'
  return { ...common(parameters), format, sql: statement.sql, mode }
}

function headerSafe(text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e]/g, '?')
}
