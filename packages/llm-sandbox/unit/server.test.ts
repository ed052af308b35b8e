import { expect, test } from '@jest/globals'
import { eventually } from '@proving-ground/core-harness/guarantee'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { clientOf } from './sandbox-for-test.ts'

const SERVER = fileURLToPath(new URL('../src/server.ts', import.meta.url))
const hello = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'hello' }] }

function start(variables: Readonly<Record<string, string>>, parameters: readonly string[] = []) {
  const { NODE_OPTIONS: _options, PORT: _port, HOST: _host, ...environment } = process.env
  const service = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SERVER, ...parameters], {
    env: { ...environment, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  service.stdout.on('data', (text) => (said.out += String(text)))
  service.stderr.on('data', (text) => (said.err += String(text)))
  return { service, said, ended: once(service, 'close').then(([code]) => code as number | null) }
}

test('it serves as a process, tells what it served, and on SIGTERM finishes a stream and exits with 0', async () => {
  const variables = { LLM_API_KEY: 'sk-key', LLM_ANSWER_TOKENS: '30', LLM_TOKENS_PER_SECOND: '40' }
  const { service, said, ended } = start(variables)
  try {
    await eventually(() => said.out.includes('\n'), { withinMs: 20_000, describe: 'the service listens' })
    const { listening } = JSON.parse(said.out) as { listening: string }
    expect(listening).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${listening}/ready`)).status).toBe(200)
    const client = clientOf({ url: `${listening}/v1`, apiKey: 'sk-key' })
    await client.chat.completions.create({ ...hello, max_tokens: 3 })
    const stats = (await (await fetch(`${listening}/stats`)).json()) as { own: object }
    expect(stats.own).toMatchObject({ answered: 1, 'gpt-4o.promptTokens': 8, 'gpt-4o.completionTokens': 3 })
    let chunks = 0
    for await (const _chunk of await client.chat.completions.create({ ...hello, stream: true }))
      if (++chunks === 2) service.kill('SIGTERM')
    expect(chunks).toBe(32)
    expect([await ended, said.err]).toEqual([0, ''])
  } finally {
    service.kill('SIGKILL')
  }
})

test('--help names the settings; without a key it does not start', async () => {
  const help = start({}, ['--help'])
  expect(await help.ended).toBe(0)
  expect(help.said.out).toMatch(/^Usage: .*[^]*LLM_API_KEY[^]*x-sandbox-fault/)
  const keyless = start({ LLM_API_KEY: '' })
  expect(await keyless.ended).toBe(2)
  expect(keyless.said.err).toMatch(/reading LLM_API_KEY: it is not set/)
})
