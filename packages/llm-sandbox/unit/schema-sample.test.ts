import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { UnsupportedSchemaError, sampleOf } from '../src/answer/schema-sample.ts'

const tree: z.ZodType = z.lazy(() => z.object({ name: z.string(), children: z.array(tree) }))
const list: z.ZodType = z.lazy(() => z.object({ value: z.int(), next: z.union([list, z.null()]) }))

const ACCEPTED: Readonly<Record<string, z.ZodType>> = {
  'an object of all types': z.object({
    text: z.string().min(20).max(25),
    whole: z.int().min(3).max(4),
    above: z.number().gt(2).lt(3),
    below: z.number().max(-10),
    times: z.number().multipleOf(0.25).min(1.1),
    yes: z.boolean(),
    nothing: z.null(),
    either: z.enum(['red', 'green']),
    fixed: z.literal('v1'),
    when: z.iso.datetime(),
    id: z.uuid(),
    mail: z.email(),
    left: z.string().optional(),
  }),
  lists: z.object({ some: z.array(z.object({ id: z.int() })).min(2), pair: z.tuple([z.string(), z.boolean()]) }),
  choices: z.array(z.union([z.object({ kind: z.literal('a'), a: z.int() }), z.string()])).min(1),
  'both of two': z.intersection(z.object({ a: z.string() }), z.object({ b: z.int() })),
  'a tree': tree,
  'a list that ends': list,
}

for (const [name, schema] of Object.entries(ACCEPTED))
  test(`a sample is accepted by its schema: ${name}`, () => {
    // Formats come with a pattern that says the same.
    const json = z.toJSONSchema(schema, {
      override: ({ jsonSchema }) => void (jsonSchema.format !== undefined && delete jsonSchema.pattern),
    })
    const sample = sampleOf(json)
    expect(() => schema.parse(sample)).not.toThrow()
  })

test('a sample has what is required and no more', () => {
  const properties = { a: { type: 'string' }, b: { type: 'string' } }
  expect(sampleOf({ type: 'object', properties, required: ['b'] })).toEqual({ b: 'text' })
  expect(sampleOf({ type: 'object' })).toEqual({})
})

test('what no sample is made of is named, with its place', () => {
  const broken = (schema: object) => () => sampleOf({ type: 'object', properties: { a: schema }, required: ['a'] })
  expect(broken({ type: 'string', pattern: '^x+$' })).toThrow('#/a: pattern')
  expect(broken({ type: 'integer', minimum: 2, maximum: 1 })).toThrow('#/a: no number')
  expect(broken({ $ref: 'https://example.com/schema' })).toThrow('#/a: $ref leaves the schema')
  expect(broken({ $ref: '#' })).toThrow('deeper than')
  expect(broken({ type: 'date' })).toThrow(UnsupportedSchemaError)
  expect(broken({ anyOf: [{ type: 'string', pattern: 'x' }, { const: 3 }] })()).toEqual({ a: 3 })
})
