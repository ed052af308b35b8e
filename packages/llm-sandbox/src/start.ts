import { createApp } from '@proving-ground/core-harness/service'
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { ServedRequest } from './delivery/journal.ts'
import { DEFAULT_OPTIONS } from './options.ts'
import type { SandboxOptions } from './options.ts'
import { openSandbox } from './sandbox.ts'

const BODY_LIMIT_BYTES = 16 * 1024 * 1024

export interface StartOptions extends Partial<SandboxOptions> {
  /** A free one unless it is given. */
  readonly port?: number
  readonly bodyLimitBytes?: number
}

export interface LlmSandbox {
  /** The base URL for clients, as in OPENAI_BASE_URL: `http://127.0.0.1:4711/v1`. */
  readonly url: string
  readonly apiKey: string
  /** The latest 100,000, oldest first. */
  requests(): readonly ServedRequest[]
  /** Ends it at once: what is under way is cut off. */
  stop(): Promise<void>
}

/** Starts a sandbox in this process, on loopback. */
export async function startLlmSandbox(options: StartOptions = {}): Promise<LlmSandbox> {
  const { port = 0, bodyLimitBytes = BODY_LIMIT_BYTES, ...given } = options
  const apiKey = given.apiKey ?? `sk-sandbox-${randomBytes(18).toString('base64url')}`
  const sandbox = openSandbox({ ...DEFAULT_OPTIONS, ...given, apiKey })
  const log = (line: string): void => void process.stderr.write(`llm-sandbox: ${line}\n`)
  const app = await createApp('llm-sandbox', sandbox, { token: undefined, bodyLimitBytes }, log)
  await app.listen({ host: '127.0.0.1', port })
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1`,
    apiKey,
    requests: () => sandbox.requests(),
    async stop() {
      const closed = app.close()
      app.server.closeAllConnections()
      await closed
    },
  }
}
