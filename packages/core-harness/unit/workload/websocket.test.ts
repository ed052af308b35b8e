import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

import { WebSocketConnection } from '../../src/workload/transports/websocket.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end()
})

interface Message {
  readonly id?: number
  readonly text: string
}

async function served(onMessage: (message: Message, socket: WebSocket) => void) {
  const tokens: (string | undefined)[] = []
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('connection', (socket, request) => {
    tokens.push(request.headers.authorization)
    socket.on('message', (data) => onMessage(JSON.parse((data as Buffer).toString()) as Message, socket))
  })
  await new Promise((resolve) => server.once('listening', resolve))
  cleanUp.push(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, tokens }
}

const correlate = (message: string): number | undefined => (JSON.parse(message) as Message).id

async function opened(url: string, onMessage?: (message: string) => void): Promise<WebSocketConnection> {
  const options = { url, correlate, bearerToken: 't0ken', ...(onMessage ? { onMessage } : {}) }
  const connection = await WebSocketConnection.open(options)
  cleanUp.push(() => connection.close())
  return connection
}

const question = (id: number): string => JSON.stringify({ id, text: 'q' })

test('each question gets its own answer, in whatever order they come', async () => {
  const held: (() => void)[] = []
  const { url, tokens } = await served(({ id }, socket) => {
    held.push(() => socket.send(JSON.stringify({ id, text: `answer ${id}` })))
    if (held.length === 3) for (const answer of held.reverse()) answer()
  })
  const connection = await opened(url)
  const answers = await Promise.all([1, 2, 3].map((id) => connection.ask(id, question(id))))
  expect(answers.map((answer) => (JSON.parse(answer) as Message).text)).toEqual(['answer 1', 'answer 2', 'answer 3'])
  expect(tokens).toEqual(['Bearer t0ken'])
})

test('what answers no question goes to its listener', async () => {
  const { url } = await served((_, socket) => socket.send(JSON.stringify({ text: 'news' })))
  const heard = Promise.withResolvers<string>()
  const connection = await opened(url, heard.resolve)
  await connection.send(JSON.stringify({ text: 'hello' }))
  expect(JSON.parse(await heard.promise)).toEqual({ text: 'news' })
})

test('a question ends when its operation does, and the connection goes on', async () => {
  const { url } = await served(({ id }, socket) => {
    if (id === 2) socket.send(JSON.stringify({ id, text: 'yes' }))
  })
  const connection = await opened(url)
  const ending = new AbortController()
  const first = connection.ask(1, question(1), { signal: ending.signal })
  await expect(async () => connection.ask(1, question(1))).rejects.toThrow(/was asked already/)
  ending.abort(new Error('its deadline has passed'))
  await expect(first).rejects.toThrow('its deadline has passed')
  expect(JSON.parse(await connection.ask(2, question(2)))).toEqual({ id: 2, text: 'yes' })
})

test('questions fail when the connection is closed', async () => {
  const { url } = await served((_, socket) => socket.close(1011))
  const connection = await opened(url)
  await expect(connection.ask(1, question(1))).rejects.toThrow('closed with code 1011')
  expect(connection.isOpen).toBe(false)
})

test('a service that is not there, or refuses, is an error', async () => {
  const { url } = await served(() => undefined)
  await cleanUp.pop()?.()
  await expect(opened(url)).rejects.toThrow(/ECONNREFUSED/)
  await expect(opened('http://127.0.0.1')).rejects.toThrow(/its URL is not one of ws/)
  const aborted = WebSocketConnection.open({ url, correlate }, { signal: AbortSignal.abort(new Error('no time')) })
  await expect(aborted).rejects.toThrow('no time')
})
