import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, LlmRequest } from '../src/contract.ts'
import { ask, optionsOn, peek, requestOf } from './llm-requests.ts'
import type { LlmNode } from './llm-requests.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

/** Streams whose borders are easily lost. The third splits a character between two chunks, the fourth a family. */
const STREAMS: readonly (readonly string[])[] = [
  ['Hel', 'lo', ' wor', 'ld'],
  ['', 'a', '', '', 'b', ''],
  ['smile \ud83d', '\ude00 done'],
  ['👨\u200d', '👩\u200d👧', 'e', '\u0301'],
  ['\0\r\n"\\', '\u2028', '{"data": [DONE]}', ' '],
  Array.from({ length: 500 }, (_, index) => String(index)),
  ['x'.repeat(200_000), 'y'],
]
const TTL = { ttlMs: 60_000 }

/** Reads an answer whose model says no more until its first chunk has been read. */
async function readLive(node: LlmNode, request: LlmRequest): Promise<string[]> {
  const { promise: firstWasRead, resolve, reject } = Promise.withResolvers<void>()
  const patience = setTimeout(() => reject(new Error('the first chunk was held back for 5 s')), 5000)
  const { chunks } = await node.service.llm.respond(
    request,
    () =>
      Promise.resolve(
        (async function* () {
          yield 'first'
          await firstWasRead
          yield 'second'
        })(),
      ),
    TTL,
  )
  const received: string[] = []
  for await (const chunk of chunks) {
    received.push(chunk)
    resolve()
  }
  clearTimeout(patience)
  return received
}

/** Cuts a stream in each of the ways that streams are cut, and gives the requests whose answers must not be stored. */
async function cutStreams(node: LlmNode): Promise<LlmRequest[]> {
  const failing = requestOf({ prompt: 'a model that fails in the middle' })
  const failingModel = (): Promise<AsyncIterable<string>> =>
    Promise.resolve(
      (async function* () {
        yield 'part'
        yield ' of an answer'
        throw new Error('the model broke off')
      })(),
    )
  const readToFailure = async (): Promise<void> => {
    const { chunks } = await node.service.llm.respond(failing, failingModel, TTL)
    for await (const chunk of chunks) expect(['part', ' of an answer']).toContain(chunk)
  }
  await expect(readToFailure()).rejects.toThrow('the model broke off')

  const abandoned = requestOf({ prompt: 'a reader who has read enough' })
  const talkative = (): Promise<AsyncIterable<string>> =>
    Promise.resolve(
      (async function* () {
        for (let index = 0; index < 1000; index++) yield `${index} `
      })(),
    )
  const { chunks } = await node.service.llm.respond(abandoned, talkative, TTL)
  for await (const chunk of chunks) if (chunk === '2 ') break

  const unreachable = requestOf({ prompt: 'a model that cannot be reached' })
  const refused = node.service.llm.respond(unreachable, () => Promise.reject(new Error('no route to the model')), TTL)
  await expect(refused).rejects.toThrow('no route to the model')
  return [failing, abandoned, unreachable]
}

guarantee('cache.llm.stream-replay', async (context) => {
  const redis = await context.lease('redis')
  const options = optionsOn(redis)
  const [writer, reader] = await Promise.all([context.host(options), context.host(options)])

  for (const [index, stream] of STREAMS.entries()) {
    const request = requestOf({ tenant: `stream ${index}` })
    expect((await ask(writer, request, stream)).chunks).toEqual(stream)
    const replayed = await ask(reader, request, 'another answer')
    expect(replayed).toMatchObject({ served: 'exact', calledModel: false })
    expect(replayed.chunks).toEqual(stream)
  }
  expect(await readLive(writer, requestOf({ tenant: 'live' }))).toEqual(['first', 'second'])

  const cut = await cutStreams(writer)
  for (const request of cut) {
    expect({ request, stored: await peek(reader, request) }).toEqual({ request, stored: undefined })
    expect(await ask(writer, request, 'the whole answer')).toMatchObject({ served: 'miss', text: 'the whole answer' })
    expect(await ask(reader, request, 'another answer')).toMatchObject({ served: 'exact', text: 'the whole answer' })
  }
  context.evidence({ streamsReplayed: STREAMS.length, cutStreamsStored: 0, cutStreams: cut.length })
})
