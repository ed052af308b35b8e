import type { Socket } from 'node:net'

import type { DependencyName, LeaseOptions, ProviderName, Slice } from './dependency.ts'
import { HarnessError, messageOf } from './errors.ts'

/** What a client wants to be served, with the variables of its environment that decide how. */
export interface Wish {
  readonly dependency: DependencyName
  readonly variables: Readonly<Record<string, string>>
}

/**
 * What a client asks of the supervisor, one JSON object a line; `id` comes back with the answer. The first line of a
 * connection is `{"token": …}`, which the supervisor answers with `{"welcome": <its process id>}`.
 */
export type Request =
  | (Wish & { readonly ask: 'lease'; readonly options: LeaseOptions })
  | { readonly ask: 'release'; readonly lease: string }
  | (Wish & { readonly ask: 'up' })
  /** Gives up the request of that id, over the same connection; it is answered with an error once nothing of it is left. */
  | { readonly ask: 'cancel'; readonly request: number }
  | { readonly ask: 'status' }
  | { readonly ask: 'down' }

/** A lease as its holder sees it. It ends with `release`, or with the connection over which it was asked for. */
export interface Lease extends Slice {
  readonly id: string
  readonly dependency: DependencyName
  readonly provider: ProviderName
  readonly version: string
  /** The server is the holder's alone: it may change settings and read counters. */
  readonly dedicated: boolean
}

export interface ServerStatus {
  readonly dependency: DependencyName
  readonly provider: ProviderName
  readonly version: string
  /** Without passwords. */
  readonly urls: readonly string[]
  readonly leases: number
  readonly startedInMs: number
  /** False when its process has ended by itself; the next lease gets another. */
  readonly isAlive: boolean
  readonly logFile: string | undefined
}

export interface Status {
  readonly supervisor: number
  /** Stays until `down`, however idle. */
  readonly pinned: boolean
  readonly servers: readonly ServerStatus[]
}

interface PackedError {
  readonly message: string
  readonly remedy: string | undefined
  readonly code: string | undefined
}

export interface Welcome {
  readonly welcome: number
}

export type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: PackedError }

/** Whoever asked went away, or took the request back. */
export class CancelledError extends HarnessError {
  readonly code = 'ERR_CANCELLED'
}

/** The lease cannot be had from this provider: what needs it is reported as not offered. */
export class NoOwnServerError extends HarnessError {
  readonly code = 'ERR_NO_OWN_SERVER'
}

const CODED = { ERR_NO_OWN_SERVER: NoOwnServerError, ERR_CANCELLED: CancelledError } as const

export function packError(error: unknown): PackedError {
  const remedy = error instanceof HarnessError ? error.remedy : undefined
  const code = error instanceof NoOwnServerError || error instanceof CancelledError ? error.code : undefined
  return { message: messageOf(error), remedy, code }
}

export function unpackError({ message, remedy, code }: PackedError): HarnessError {
  const Kind = CODED[code as keyof typeof CODED] ?? HarnessError
  return new Kind(message, remedy === undefined ? {} : { remedy })
}

export function sendLine(socket: Socket, message: unknown): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`)
}
