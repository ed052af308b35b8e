import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'

import { HttpStatusError } from '../../src/workload/transports/http-answer.ts'
import { HttpTransport } from '../../src/workload/transports/http.ts'
import { PlainHttpTransport } from '../../src/workload/transports/plain-http.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const cleanUp: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of cleanUp.splice(0).reverse()) await end()
})

async function served(handler: Handler): Promise<{ readonly url: string; readonly connections: () => number }> {
  const server = createServer(handler)
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections }
}

describe.each([
  ['HttpTransport', HttpTransport],
  ['PlainHttpTransport', PlainHttpTransport],
])('%s', (_, Transport) => {
  const open = (settings: ConstructorParameters<typeof Transport>[0]) => {
    const transport = new Transport(settings)
    cleanUp.push(() => transport.close())
    return transport
  }

  test('connections are kept open, and no more are opened than are allowed', async () => {
    const { url, connections } = await served((_request, response) => setImmediate(() => response.end('ok')))
    const transport = open({ baseUrl: url, connections: 3 })
    const answers = await Promise.all(Array.from({ length: 40 }, () => transport.get('/')))
    expect(answers.map((answer) => answer.text())).toEqual(Array.from({ length: 40 }, () => 'ok'))
    expect(connections()).toBe(3)
  })

  test('method, path, headers, token and body arrive; so do status, headers and body of the answer', async () => {
    const { url } = await served((request, response) => {
      const pieces: Buffer[] = []
      request.on('data', (piece: Buffer) => pieces.push(piece))
      request.on('end', () => {
        const { method, url: path, headers } = request
        const seen = {
          method,
          path,
          type: headers['content-type'],
          token: headers.authorization,
          own: headers['x-own'],
        }
        response.writeHead(201, { 'x-answer': 'yes', 'set-cookie': ['a=1', 'b=2'] })
        // In several pieces without a length: chunked.
        response.write(JSON.stringify(seen).slice(0, 10))
        response.end(`${JSON.stringify(seen).slice(10)}\n${Buffer.concat(pieces).toString()}`)
      })
    })
    const transport = open({ baseUrl: `${url}/v1/`, connections: 1, bearerToken: 't0ken', headers: { 'x-own': 'h' } })
    const answer = await transport.send('PUT', '/keys/ä%20b'.replace('ä', '%C3%A4'), { value: 'größe' })
    const [seen, body] = answer.text().split('\n') as [string, string]
    expect(JSON.parse(seen)).toEqual({
      method: 'PUT',
      path: '/v1/keys/%C3%A4%20b',
      type: 'application/json',
      token: 'Bearer t0ken',
      own: 'h',
    })
    expect(JSON.parse(body)).toEqual({ value: 'größe' })
    expect([answer.status, answer.headers['x-answer'], answer.headers['set-cookie']]).toEqual([
      201,
      'yes',
      ['a=1', 'b=2'],
    ])
  })

  test('another status than 2xx is an error with its status, unless the request accepts it', async () => {
    const { url, connections } = await served((request, response) => {
      response.statusCode = Number(request.url?.slice(1))
      response.end(request.url === '/204' ? undefined : 'why')
    })
    const transport = open({ baseUrl: url, connections: 1 })
    const refused = await transport.get('/503').catch((error: unknown) => error as HttpStatusError)
    expect(refused).toBeInstanceOf(HttpStatusError)
    expect(refused).toMatchObject({ status: 503, message: 'answered 503 Service Unavailable' })
    expect((refused as HttpStatusError).answer.text()).toBe('why')
    expect((await transport.request({ path: '/404', accept: [404] })).status).toBe(404)
    expect((await transport.get('/204')).text()).toBe('')
    expect(connections()).toBe(1)
    expect((await transport.request({ method: 'HEAD', path: '/200' })).text()).toBe('')
    expect((await transport.get('/200')).text()).toBe('why')
  })

  test('a request that is aborted ends at once, whether it was sent or waits, and the next one is served', async () => {
    let held: ServerResponse | undefined
    const paths: (string | undefined)[] = []
    const { url } = await served((request, response) => {
      paths.push(request.url)
      if (request.url === '/held') held = response
      else response.end('served')
    })
    const transport = open({ baseUrl: url, connections: 1 })
    const [first, second] = [new AbortController(), new AbortController()]
    const sent = transport.get('/held', { signal: first.signal })
    const waiting = transport.get('/waits', { signal: second.signal })
    second.abort(new Error('no longer wanted'))
    await expect(waiting).rejects.toThrow('no longer wanted')
    while (!held) await new Promise((resolve) => setImmediate(resolve))
    let abortIt: ((reason: Error) => void) | undefined
    const next = transport.get('/next', { onAbort: (callback) => (abortIt = callback) })
    first.abort(new Error('its deadline has passed'))
    await expect(sent).rejects.toThrow('its deadline has passed')
    expect((await next).text()).toBe('served')
    abortIt?.(new Error('an answer that has come is not aborted'))
    await expect(transport.get('/', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
    expect((await transport.get('/again')).text()).toBe('served')
    expect(paths).toEqual(['/held', '/next', '/again'])
  })

  test('a connection that breaks is an error, and is opened anew', async () => {
    let broken = 0
    const { url, connections } = await served((request, response) => {
      if (request.url !== '/break') return void response.end('served')
      broken++
      response.writeHead(200, { 'content-length': 100 })
      response.write('part')
      setImmediate(() => request.socket.destroy())
    })
    const transport = open({ baseUrl: url, connections: 1 })
    await expect(transport.get('/break')).rejects.toThrow()
    expect((await transport.get('/')).text()).toBe('served')
    expect([broken, connections()]).toEqual([1, 2])
  })

  test('a service that closes each connection is served all the same', async () => {
    const { url, connections } = await served((_request, response) => {
      response.setHeader('connection', 'close')
      response.end('bye')
    })
    const transport = open({ baseUrl: url, connections: 1 })
    for (let index = 0; index < 3; index++) expect((await transport.get('/')).text()).toBe('bye')
    expect(connections()).toBe(3)
  })

  test('a service that is not there is an error', async () => {
    const { url } = await served(() => undefined)
    await cleanUp.pop()?.()
    await expect(open({ baseUrl: url, connections: 1 }).get('/')).rejects.toThrow(/ECONNREFUSED/)
  })

  test('options that make no sense are refused, and no credentials are shown', () => {
    expect(() => new Transport({ baseUrl: 'http://localhost', connections: 0 })).toThrow(/connections is 0/)
    expect(() => new Transport({ baseUrl: 'ftp://localhost', connections: 1 })).toThrow(/base URL is none of HTTP/)
    const withPassword = () => new Transport({ baseUrl: 'http://me:secret@localhost', connections: 1 })
    expect(withPassword).toThrow(/has credentials in it/)
    expect(withPassword).not.toThrow(/secret/)
  })

  test('nothing can be smuggled into a request', async () => {
    const { url } = await served((_request, response) => void response.end())
    const transport = open({ baseUrl: url, connections: 1 })
    await expect(transport.get('/a HTTP/1.1\r\nx: y')).rejects.toThrow()
    await expect(transport.request({ path: '/', headers: { a: 'b\r\nc: d' } })).rejects.toThrow()
    await expect(transport.request({ path: '/', headers: { 'a: b\r\nc': 'd' } })).rejects.toThrow()
    expect((await transport.get('/')).status).toBe(200)
  })
})
