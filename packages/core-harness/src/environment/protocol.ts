import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'

import type { DependencyName, LeaseOptions, ProviderName, Slice } from './dependency.ts'
import { HarnessError, messageOf } from './errors.ts'

/** What a client wants to be served, with the variables of its environment that decide how. */
export interface Wish {
  readonly dependency: DependencyName
  readonly variables: Readonly<Record<string, string>>
}

/**
 * What a client asks of the supervisor, one JSON object a line; `id` comes back with the answer. The first line of a
 * connection is `{"token": …}`.
 */
export type Request =
  | (Wish & { readonly ask: 'lease'; readonly options: LeaseOptions })
  | { readonly ask: 'release'; readonly lease: string }
  | (Wish & { readonly ask: 'up' })
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

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: PackedError }

/** The lease cannot be had from this provider: what needs it is reported as not offered. */
export class NoOwnServerError extends HarnessError {
  readonly code = 'ERR_NO_OWN_SERVER'
}

export function packError(error: unknown): PackedError {
  const remedy = error instanceof HarnessError ? error.remedy : undefined
  return { message: messageOf(error), remedy, code: error instanceof NoOwnServerError ? error.code : undefined }
}

export function unpackError({ message, remedy, code }: PackedError): HarnessError {
  const options = remedy === undefined ? {} : { remedy }
  return code === undefined ? new HarnessError(message, options) : new NoOwnServerError(message, options)
}

/** Calls `receive` for each line of JSON; a line that is none ends the connection. */
export function receiveLines(socket: Socket, receive: (message: unknown) => void): void {
  createInterface({ input: socket }).on('line', (line) => {
    let message: unknown
    try {
      message = JSON.parse(line)
    } catch {
      socket.destroy(new Error('the other side sent something that is not JSON'))
      return
    }
    receive(message)
  })
}

export function sendLine(socket: Socket, message: unknown): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`)
}
