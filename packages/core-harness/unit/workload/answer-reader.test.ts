import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { AnswerReader } from '../../src/workload/transports/answer-reader.ts'
import type { HttpAnswer } from '../../src/workload/transports/http-answer.ts'

const HEAD = 'HTTP/1.1 200 OK\r\nServer: a\r\n'

/** Reads a text that comes in pieces, each in the same buffer, as those of a socket do. */
function readInPieces(text: string, cuts: readonly number[], isHead = false): HttpAnswer | undefined {
  const reader = new AnswerReader()
  reader.begin(isHead)
  const bytes = Buffer.from(text, 'utf8')
  const bounds = [0, ...cuts.map((cut) => Math.round(cut * bytes.length)).toSorted((a, b) => a - b), bytes.length]
  let answer: HttpAnswer | undefined
  const buffer = Buffer.alloc(bytes.length)
  for (const [index, to] of bounds.slice(1).entries()) {
    const piece = bytes.subarray(bounds[index], to)
    buffer.fill(0)
    buffer.set(piece)
    if (piece.length > 0) answer = reader.read(buffer.subarray(0, piece.length)) ?? answer
  }
  return answer
}

const chunked = (pieces: readonly string[]): string =>
  pieces.map((piece) => `${Buffer.byteLength(piece).toString(16)};x=y\r\n${piece}\r\n`).join('')

const cuts = fc.array(
  fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000),
  { maxLength: 6 },
)
const body = fc.array(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), { maxLength: 5 })

test('an answer is the same in whatever pieces it comes', () => {
  fc.assert(
    fc.property(body, cuts, fc.boolean(), fc.boolean(), (pieces, where, isChunked, isContinued) => {
      const text = pieces.join('')
      const rest = isChunked
        ? `Transfer-Encoding: chunked\r\n\r\n${chunked(pieces)}0\r\nTrailer: t\r\n\r\n`
        : `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
      const before = isContinued ? 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n' : ''
      const answer = readInPieces(before + HEAD + rest, where)
      expect([answer?.status, answer?.text(), answer?.headers['server']]).toEqual([200, text, 'a'])
    }),
  )
})

test('an answer without a length ends with the connection', () => {
  const reader = new AnswerReader()
  reader.begin(false)
  expect(reader.end()).toBeUndefined()
  expect(reader.read(Buffer.from(`${HEAD}\r\nall `))).toBeUndefined()
  expect(reader.read(Buffer.from('of it'))).toBeUndefined()
  expect(reader.end()?.text()).toBe('all of it')
  expect(reader.isKeptOpen).toBe(false)
})

test.each([
  ['of another protocol', 'SSH-2.0-OpenSSH\r\n\r\n', /does not begin with HTTP/],
  ['that is longer than it says', `${HEAD}Content-Length: 2\r\n\r\nabc`, /more came/],
  ['with a chunk that has no size', `${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`, /has no size/],
  ['of too many bytes', `${HEAD}Content-Length: 99999999999\r\n\r\n`, /is too long/],
  ['without an end of its head', `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`, /head of an answer is too long/],
])('an answer %s is refused', (_, text, message) => {
  expect(() => readInPieces(text, [])).toThrow(message)
})

test.each([
  ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', true],
  ['HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n', false],
  ['HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n', false],
  ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n', true],
])('whether the connection stays open is as the answer says', (text, isKeptOpen) => {
  const reader = new AnswerReader()
  reader.begin(false)
  expect(reader.read(Buffer.from(text))?.status).toBe(200)
  expect(reader.isKeptOpen).toBe(isKeptOpen)
})

test('the answer to HEAD has no body, whatever its length says', () => {
  expect(readInPieces(`${HEAD}Content-Length: 100\r\n\r\n`, [], true)?.status).toBe(200)
})
