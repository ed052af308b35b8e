import type { Socket } from 'node:net'

import type { DependencyName, LeaseOptions, ProviderName, Slice } from './dependency.ts'
import { HarnessError, messageOf } from './errors.ts'
import type { PeerAddress } from './peer-address.ts'

/**
 * What is done to a server on purpose. `kill`: SIGKILL. `restart`: starts it anew at the same URLs, ended in order before where
 * it still runs. `pause` and `resume`: all its processes are stopped, and go on.
 */
export type ServerAction = 'kill' | 'restart' | 'pause' | 'resume'

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
  /** For a lease with a server of its own that was asked for over the same connection. */
  | { readonly ask: 'control'; readonly lease: string; readonly action: ServerAction; readonly node?: number }
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
  /**
   * Where another server of the same provider reaches this one; the first node of a cluster. With containers it is on their
   * network, and may be another after a restart.
   */
  readonly peerAddress: PeerAddress
}

export interface ServerStatus {
  readonly dependency: DependencyName
  readonly provider: ProviderName
  readonly version: string
  /** Without passwords. */
  readonly urls: readonly string[]
  readonly leases: number
  readonly startedInMs: number
  /** False when its process has ended; by itself, if it is shared: the next lease gets another. */
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
