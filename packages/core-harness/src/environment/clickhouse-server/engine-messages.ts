/** What the main thread and the engine's threads say to each other. */
export interface ExecutionPlan {
  /** Absent for the default one. */
  database?: string
  /** Applied as SET, so a name that the engine does not know is its error to report. */
  settings: Record<string, string>
  /** Values of `{name:Type}` in the statement, escaped as in TabSeparated. */
  parameters: Record<string, string>
  sql: string
  /** Of the result, unless the statement has a FORMAT clause. */
  format: string
  /** `pieces`: rows as they come; `whole`: one result at the end; `write`: no result, but a count of what was written. */
  mode: 'pieces' | 'whole' | 'write'
}

export interface ExecutionSummary {
  resultRows: number
  resultBytes: number
  writtenRows: number
  writtenBytes: number
  elapsedNs: number
}

export type ToEngine =
  { type: 'execute'; id: number; plan: ExecutionPlan } | { type: 'next'; id: number } | { type: 'cancel'; id: number }

export type FromEngine =
  | { type: 'ready' }
  | { type: 'unavailable'; reason: string }
  | { type: 'piece'; id: number; bytes: Uint8Array }
  | { type: 'end'; id: number; summary: ExecutionSummary }
  | { type: 'failed'; id: number; message: string }
