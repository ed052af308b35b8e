import { expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { nodeProgram } from '../../src/environment/node-program.ts'
import { eventually } from '../../src/guarantee/eventually.ts'

const SERVER = fileURLToPath(new URL('../staging/fixture/src/server.ts', import.meta.url))

/** A service as a shell would start it. */
function start(variables: Readonly<Record<string, string>> = {}) {
  const { NODE_OPTIONS: _options, PORT: _port, HOST: _host, ...environment } = process.env
  const service = spawn(nodeProgram, ['--disable-warning=ExperimentalWarning', SERVER], {
    env: { ...environment, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  service.stdout.on('data', (text) => (said.out += String(text)))
  service.stderr.on('data', (text) => (said.err += String(text)))
  const ended = once(service, 'close').then(([code]) => code as number | null)
  const address = async (): Promise<string> => {
    await eventually(() => expect(said.out).toMatch(/\n/), { withinMs: 20_000, describe: 'the service listens' })
    return (JSON.parse(said.out) as { listening: string }).listening
  }
  return { service, said, ended, address }
}

test('it says where it listens, and on SIGTERM answers what runs, closes its dependencies, and exits with 0', async () => {
  const { service, said, ended, address } = start()
  const url = await address()
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const slow = fetch(`${url}/slow`)
  await hasArrived(url)
  service.kill('SIGTERM')
  const answer = await slow
  expect(answer.headers.get('connection')).toBe('close') // Else its caller would ask again over it.
  expect(await answer.json()).toEqual({ finished: true })
  expect(await ended).toBe(0)
  expect(said.err).toBe('the toy closed its dependencies\n')
  expect(said.out.trim().split('\n')).toHaveLength(1)
})

test('what does not finish in time is cut off, and the exit code says so', async () => {
  const { service, said, ended, address } = start({ SERVICE_STOP_WITHIN_MS: '50', TOY_NEVER_FINISHES: '1' })
  const url = await address()
  const slow = fetch(`${url}/slow`).then(
    () => 'answered',
    () => 'cut off',
  )
  await hasArrived(url)
  service.kill('SIGTERM')
  expect(await slow).toBe('cut off')
  expect(await ended).toBe(1)
  expect(said.err).toMatch(/still ran 50 ms after the signal[^]*closed its dependencies/)
})

test('a wrong variable is one line and exit code 2; a dependency that is away is one line and 1', async () => {
  const wrong = start({ PORT: 'eighty' })
  expect(await wrong.ended).toBe(2)
  expect(wrong.said).toMatchObject({ out: '', err: expect.stringMatching(/^[^\n]*reading PORT: "eighty"[^\n]*\n$/) })
  const away = start({ TOY_FAILS: 'redis://:secret@10.0.0.1' })
  expect(await away.ended).toBe(1)
  expect(away.said.err).toMatch(/^[^\n]*connecting to redis:\/\/\*\*\*@10\.0\.0\.1: it is away\n$/)
})

/** Besides the question itself, one request is there. */
async function hasArrived(url: string): Promise<void> {
  const look = async (): Promise<void> => {
    const { requests } = (await (await fetch(`${url}/stats`)).json()) as { requests: number }
    expect(requests - ++asked).toBe(1)
  }
  let asked = 0
  await eventually(look, { withinMs: 5_000, describe: 'the slow request runs' })
}
