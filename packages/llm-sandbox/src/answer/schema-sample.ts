/** A schema asks for what no sample is made of here. */
export class UnsupportedSchemaError extends Error {
  override readonly name = 'UnsupportedSchemaError'
}

type Schema = Readonly<Record<string, unknown>>

/** Schemas that hold themselves are followed this far. */
const DEEPEST = 24

/**
 * A small value that a JSON Schema accepts: what is required and no more, of each choice the first that can be made.
 *
 * Read are type, enum, const, properties, required, items, prefixItems, minItems, minLength, minimum, exclusiveMinimum, maximum,
 * exclusiveMaximum, multipleOf, anyOf, oneOf, allOf, $ref within the schema, and a few formats of strings.
 *
 * @throws UnsupportedSchemaError naming the place and the keyword
 */
export function sampleOf(root: unknown): unknown {
  return sample(asSchema(root, '#'), '#', 0)

  function sample(schema: Schema, at: string, depth: number): unknown {
    if (depth > DEEPEST) throw new UnsupportedSchemaError(`${at}: it goes deeper than ${DEEPEST} levels`)
    if ('const' in schema) return schema.const
    if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0]
    if (typeof schema.$ref === 'string') return sample(resolve(schema.$ref, at), at, depth + 1)
    for (const keyword of ['anyOf', 'oneOf'] as const)
      if (Array.isArray(schema[keyword])) return firstOf(schema, keyword, at, depth)
    if (Array.isArray(schema.allOf)) return sample(mergedAll(schema, at), at, depth + 1)
    return ofType(schema, at, depth)
  }

  function firstOf(schema: Schema, keyword: 'anyOf' | 'oneOf', at: string, depth: number): unknown {
    const { [keyword]: choices, ...rest } = schema
    let refusal: unknown
    for (const [index, choice] of (choices as readonly unknown[]).entries()) {
      try {
        return sample(merged(rest, asSchema(choice, at)), `${at}/${keyword}/${index}`, depth + 1)
      } catch (error) {
        refusal ??= error
      }
    }
    throw refusal instanceof Error ? refusal : new UnsupportedSchemaError(`${at}: ${keyword} is empty`)
  }

  function mergedAll(schema: Schema, at: string): Schema {
    const { allOf, ...rest } = schema
    return (allOf as readonly unknown[]).reduce<Schema>((all, part) => {
      const given = asSchema(part, at)
      return merged(all, typeof given.$ref === 'string' ? resolve(given.$ref, at) : given)
    }, rest)
  }

  function ofType(schema: Schema, at: string, depth: number): unknown {
    const type = Array.isArray(schema.type) ? (schema.type as unknown[])[0] : schema.type
    switch (type ?? ('properties' in schema ? 'object' : 'string')) {
      case 'object':
        return objectOf(schema, at, depth)
      case 'array':
        return arrayOf(schema, at, depth)
      case 'string':
        return stringOf(schema, at)
      case 'number':
      case 'integer':
        return numberOf(schema, at, type === 'integer')
      case 'boolean':
        return true
      case 'null':
        return null
      default:
        throw new UnsupportedSchemaError(`${at}: there is no type ${JSON.stringify(type)}`)
    }
  }

  function objectOf(schema: Schema, at: string, depth: number): unknown {
    const properties = (schema.properties ?? {}) as Record<string, unknown>
    const required = Array.isArray(schema.required) ? (schema.required as string[]) : []
    return Object.fromEntries(
      required.map((key) => [key, sample(asSchema(properties[key] ?? {}, `${at}/${key}`), `${at}/${key}`, depth + 1)]),
    )
  }

  function arrayOf(schema: Schema, at: string, depth: number): unknown {
    const fixed = Array.isArray(schema.prefixItems) ? (schema.prefixItems as unknown[]) : []
    const length = Math.max(fixed.length, wholeOf(schema.minItems))
    if (length > 1_000) throw new UnsupportedSchemaError(`${at}: minItems is above 1000`)
    if (schema.uniqueItems === true && length > 1) throw new UnsupportedSchemaError(`${at}: uniqueItems`)
    return Array.from({ length }, (_, index) =>
      sample(asSchema(fixed[index] ?? schema.items ?? {}, at), `${at}/${index}`, depth + 1),
    )
  }

  function resolve(reference: string, at: string): Schema {
    if (!reference.startsWith('#')) throw new UnsupportedSchemaError(`${at}: $ref leaves the schema`)
    const found = reference
      .slice(1)
      .split('/')
      .filter((part) => part !== '')
      .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], root)
    return asSchema(found, at)
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-01',
  time: '00:00:00Z',
  'date-time': '2026-01-01T00:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
}

function stringOf(schema: Schema, at: string): string {
  if (typeof schema.format === 'string' && FORMATS[schema.format] !== undefined) return FORMATS[schema.format] as string
  if (schema.pattern !== undefined) throw new UnsupportedSchemaError(`${at}: pattern`)
  const least = wholeOf(schema.minLength)
  if (least > 100_000) throw new UnsupportedSchemaError(`${at}: minLength is above 100000`)
  const text = 'text'.padEnd(least, ' text')
  return typeof schema.maxLength === 'number' ? text.slice(0, Math.max(least, schema.maxLength)) : text
}

function numberOf(schema: Schema, at: string, isWhole: boolean): number {
  const step = typeof schema.multipleOf === 'number' ? schema.multipleOf : isWhole ? 1 : undefined
  const isAccepted = (value: number): boolean =>
    value >= bound(schema.minimum, -Infinity) &&
    value > bound(schema.exclusiveMinimum, -Infinity) &&
    value <= bound(schema.maximum, Infinity) &&
    value < bound(schema.exclusiveMaximum, Infinity)
  const low = Math.max(bound(schema.minimum, -Infinity), bound(schema.exclusiveMinimum, -Infinity))
  const high = Math.min(bound(schema.maximum, Infinity), bound(schema.exclusiveMaximum, Infinity))
  const anchors = [0, low, high, (low + high) / 2].filter(Number.isFinite)
  const candidates = anchors.flatMap((anchor) => {
    if (step === undefined) return [anchor, anchor + 1, anchor - 1]
    const below = Math.floor(anchor / step)
    return [below, below + 1, below - 1].map((times) => times * step)
  })
  const found = candidates.find(isAccepted)
  if (found === undefined) throw new UnsupportedSchemaError(`${at}: no number was found between its bounds`)
  return found + 0
}

function merged(first: Schema, second: Schema): Schema {
  const required = [first.required, second.required].flatMap((names) =>
    Array.isArray(names) ? (names as string[]) : [],
  )
  const properties = { ...(first.properties as object), ...(second.properties as object) }
  return {
    ...first,
    ...second,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required: [...new Set(required)] }),
  }
}

function asSchema(value: unknown, at: string): Schema {
  if (value === true) return {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Schema
  throw new UnsupportedSchemaError(`${at}: there is no schema that a value can be made of`)
}

function bound(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

function wholeOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? Math.ceil(value) : 0
}
