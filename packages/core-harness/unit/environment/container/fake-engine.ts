import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the daemon answers; `never`: it takes the request and stays silent. */
export type Reply = { readonly status: number; readonly body?: unknown } | 'never'

/** A Docker daemon as far as its API goes, on a socket of its own, that answers as a test says. */
export class FakeEngine {
  /** For DOCKER_HOST. */
  readonly address: string
  /** What it was asked, in order: "GET /_ping". */
  readonly asked: string[] = []
  readonly #folder: string
  readonly #server: Server

  private constructor(answer: (request: string) => Reply | Promise<Reply>) {
    this.#folder = mkdtempSync(join(tmpdir(), 'fake-engine-'))
    this.address = `unix://${join(this.#folder, 'docker.sock')}`
    this.#server = createServer((request, response) => {
      const asked = `${request.method} ${decodeURIComponent(request.url ?? '')}`
      this.asked.push(asked)
      void Promise.resolve(answer(asked)).then((reply) => {
        if (reply === 'never') return
        response.writeHead(reply.status, { 'content-type': 'application/json' })
        response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? ''))
      })
    })
  }

  static async start(answer: (request: string) => Reply | Promise<Reply>): Promise<FakeEngine> {
    const engine = new FakeEngine(answer)
    engine.#server.listen(engine.address.slice('unix://'.length))
    await once(engine.#server, 'listening')
    return engine
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Answers for a daemon that lives, by the beginning of the request; it knows nothing of anything else. */
export function answering(replies: Readonly<Record<string, Reply>>): (request: string) => Reply {
  const all = { 'GET /_ping': { status: 200, body: 'OK' }, ...replies }
  return (request) =>
    Object.entries(all).find(([beginning]) => request.startsWith(beginning))?.[1] ?? {
      status: 404,
      body: { message: `no such thing: ${request}` },
    }
}
