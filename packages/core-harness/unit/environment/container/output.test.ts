import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import { payloadReader } from '../../../src/environment/providers/container-output.ts'

/** As the daemon frames what a container writes. */
function frame(stream: 1 | 2, payload: Buffer): Buffer {
  const heading = Buffer.alloc(8)
  heading.writeUInt8(stream, 0)
  heading.writeUInt32BE(payload.length, 4)
  return Buffer.concat([heading, payload])
}

const payload = fc.uint8Array({ minLength: 0, maxLength: 40 }).map((bytes) => Buffer.from(bytes))
const frames = fc.array(fc.record({ stream: fc.constantFrom<1 | 2>(1, 2), payload }), { maxLength: 12 })

test('what a container writes comes out whole, however the daemon cuts it', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (sent, cuts) => {
      const wire = Buffer.concat(sent.map(({ stream, payload }) => frame(stream, payload)))
      const payloadsOf = payloadReader()
      const received: Buffer[] = []
      for (let from = 0, cut = 0; from < wire.length; from += cuts[cut++ % cuts.length] ?? 1)
        received.push(...payloadsOf(wire.subarray(from, from + (cuts[cut % cuts.length] ?? 1))))
      expect(received).toEqual(sent.map(({ payload }) => payload))
    }),
  )
})

test('a piece that is not complete is kept back', () => {
  const payloadsOf = payloadReader()
  const wire = frame(2, Buffer.from('no space left on device\n'))
  expect(payloadsOf(wire.subarray(0, 20))).toEqual([])
  expect(payloadsOf(wire.subarray(20)).map(String)).toEqual(['no space left on device\n'])
})
