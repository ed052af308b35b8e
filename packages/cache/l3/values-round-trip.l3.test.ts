import { expect } from '@jest/globals'
import { openSuite } from '@proving-ground/core-harness/guarantee'
import { cache } from '../src/contract.ts'
import type { CacheNode, CacheNodeOptions, CacheValue } from '../src/contract.ts'
import { A_MINUTE, hostNodes, optionsFor, range } from './cluster-of-nodes.ts'
import { differenceOf } from '../src/model/same-value.ts'

const { guarantee } = await openSuite<CacheNode, CacheNodeOptions, keyof typeof cache.guarantees>(cache)

const MEGABYTES_5 = 5 * 1024 * 1024
const EVERY_BYTE = Uint8Array.from(range(256))
const DEEP = range(200).reduce<CacheValue>((inner, level) => (level % 2 ? { inner } : [inner]), 'the bottom')

const VALUES: Readonly<Record<string, CacheValue>> = {
  nothing: null,
  no: false,
  zero: 0, // JSON has one zero: -0 may come back as 0.
  'the smallest and the largest number': [5e-324, 1.7976931348623157e308, -9007199254740991, 0.1 + 0.2],
  'an empty text': '',
  'texts that look like something else': ['undefined', 'null', '0', '{"o":1}', '[object Object]', 'Vx', '{"b":"AA=="}'],
  unicode: 'Zürich, Ελλάδα, 東京, मुंबई, \u202eעברית\u202c, 👩🏽‍🚀🏴󠁧󠁢󠁳󠁣󠁴󠁿, \u0000, \u2028, \ufeff',
  'two forms of one letter': ['\u00e9', 'e\u0301', '\u212b', '\u00c5'],
  'half a surrogate pair': ['\ud83d', '\ude80 the other half', 'in \udfff between'],
  'no bytes': new Uint8Array(0),
  'every byte': EVERY_BYTE,
  'bytes that are no text': Uint8Array.of(0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x00, 0x0d, 0x0a),
  'bytes within': { picture: EVERY_BYTE, list: [new Uint8Array(0), { b: 'AAEC', o: {} }] },
  'an empty object and an empty list': [{}, [], [[]], { '': {} }],
  'fields with meaning to JavaScript': JSON.parse(
    '{"__proto__":{"admin":true},"constructor":1,"toJSON":2}',
  ) as CacheValue,
  deep: DEEP,
  '5 MB of text': '€uro '.repeat(MEGABYTES_5 / 7),
  '5 MB of bytes': Uint8Array.from({ length: MEGABYTES_5 }, (_, at) => (at * 31 + (at >> 8)) & 0xff),
}

guarantee('cache.values.round-trip', async (context) => {
  const options = optionsFor(await context.lease('redis'))
  const [writer, reader] = await hostNodes(context, 2, options)
  for (const [name, value] of Object.entries(VALUES)) {
    const key = { tenant: 'acme', key: name }
    await writer!.service.set(key, value, A_MINUTE)
    // The first read of a node comes from Redis, the second may come from its copy.
    for (const node of [writer!, reader!, reader!])
      expect([name, differenceOf(value, await node.service.get(key))]).toEqual([name, undefined])

    const loadedKey = { tenant: 'acme', key: `${name}, loaded` }
    const loaded = await reader!.service.getOrLoad(loadedKey, () => Promise.resolve(value), A_MINUTE)
    expect([name, differenceOf(value, loaded)]).toEqual([name, undefined])
    expect([name, differenceOf(value, await writer!.service.get(loadedKey))]).toEqual([name, undefined])
  }

  // Callers may change what they gave and what they got; the cache keeps what it was given.
  const here = await context.openHere(options)
  const key = { tenant: 'acme', key: 'shared' }
  const given = { roles: ['reader'], seal: Uint8Array.of(1, 2, 3) }
  await here.set(key, given, A_MINUTE)
  given.roles.push('admin')
  given.seal[0] = 99
  for (const _ of range(10)) {
    const got = (await here.get(key)) as typeof given
    expect(differenceOf({ roles: ['reader'], seal: Uint8Array.of(1, 2, 3) }, got)).toBeUndefined()
    got.roles.push('admin')
    got.seal[0] = 99
  }
  context.evidence({ values: Object.keys(VALUES), largestBytes: MEGABYTES_5 })
})
