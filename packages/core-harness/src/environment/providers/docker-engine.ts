import { existsSync } from 'node:fs'
import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'

import { withinTime } from '../within-time.ts'

export type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number }

const LOOPBACK = ['localhost', '127.0.0.1', '::1']

/**
 * Where the daemon of this machine is: DOCKER_HOST, or the first socket that is there of those that Docker, its rootless
 * mode and Docker Desktop use.
 *
 * @throws Error for a daemon whose containers could not be reached over the loopback interface, or that wants TLS
 */
export function engineAddress(environment: NodeJS.ProcessEnv = process.env): EngineAddress {
  const given = environment.DOCKER_HOST
  if (given === undefined || given === '') return { socketPath: usualSocket(environment) }
  if (given.startsWith('unix://')) return { socketPath: given.slice('unix://'.length) }
  const url = URL.canParse(given) ? new URL(given.replace(/^tcp:/, 'http:')) : undefined
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? ''
  if (url?.protocol !== 'http:' || !LOOPBACK.includes(host) || (environment.DOCKER_TLS_VERIFY ?? '') !== '')
    throw new Error(
      `DOCKER_HOST=${given} is no daemon of this machine without TLS, and containers are reached over the loopback interface`,
    )
  return { host, port: Number(url.port || 2375) }
}

/** As DOCKER_HOST and people write it. */
export function describeAddress(address: EngineAddress): string {
  if ('socketPath' in address) return `unix://${address.socketPath}`
  return `tcp://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`
}

function usualSocket(environment: NodeJS.ProcessEnv): string {
  const system = '/var/run/docker.sock'
  const rootless = environment.XDG_RUNTIME_DIR === undefined ? [] : [join(environment.XDG_RUNTIME_DIR, 'docker.sock')]
  const desktop = ['run', 'desktop'].map((folder) => join(homedir(), '.docker', folder, 'docker.sock'))
  return [system, ...rootless, ...desktop].find((path) => existsSync(path)) ?? system
}

export interface EngineAnswer {
  readonly status: number
  readonly body: string
}

/**
 * One request to the Docker Engine API, whatever its status.
 *
 * @param path with its query, without a version: the daemon's own is used
 * @throws Error when the whole answer is not there within `withinMs`, or nobody listens
 */
export async function askEngine(method: string, path: string, withinMs: number): Promise<EngineAnswer> {
  const asked = openEngine(method, path)
  const whole = asked.answered.then(async (response) => ({
    status: response.statusCode ?? 0,
    body: await bodyOf(response),
  }))
  try {
    return await withinTime(whole, withinMs)
  } finally {
    asked.close()
  }
}

/**
 * A request whose answer comes piece by piece, for as long as something lasts.
 *
 * @throws Error when the daemon refuses, or nobody listens
 */
export async function followEngine(method: string, path: string): Promise<IncomingMessage> {
  const response = await openEngine(method, path).answered
  if (response.statusCode === 200) return response
  throw new Error(`the Docker daemon answered ${method} ${path} with ${response.statusCode}: ${await bodyOf(response)}`)
}

function openEngine(method: string, path: string): { answered: Promise<IncomingMessage>; close(): void } {
  // A connection for each request: what follows a container must not hand its connection on.
  const asked = request({ ...engineAddress(), method, path, agent: new Agent() })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asked.on('response', resolve)
    asked.on('error', reject)
    asked.end()
  })
  return { answered, close: () => asked.destroy() }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let body = ''
  response.setEncoding('utf8')
  for await (const text of response) body += text as string
  return body.trim()
}
