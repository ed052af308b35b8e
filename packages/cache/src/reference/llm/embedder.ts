/**
 * Turns texts into vectors whose dot product says how alike they are. Vectors are compared only with vectors of an
 * embedder of the same name and dimensions.
 */
export interface Embedder {
  readonly name: string
  /** Length of every vector. */
  readonly dimensions: number
  /** Cosine similarity from which two texts may ask the same, measured for this embedder; 0 to 1. */
  readonly similarityThreshold: number
  /**
   * What the vectors see. `surface`: the wording, so that a synonym and an opposite look alike; `meaning`: a model's
   * idea of the meaning. The guard asks for more agreement where only the surface is seen.
   */
  readonly sees: 'surface' | 'meaning'
  /**
   * One vector of length 1 a text, in their order (all zeros for a text without content).
   *
   * @throws EmbeddingError when there is no embedding to be had
   */
  embed(texts: readonly string[]): Promise<Float32Array[]>
}

/** The embedding of a text failed. The message never holds a credential nor the text. */
export class EmbeddingError extends Error {
  override readonly name = 'EmbeddingError'
  readonly code: 'timeout' | 'unreachable' | 'refused' | 'malformed'
  /** The HTTP status, when there was one. */
  readonly status: number | undefined

  constructor(code: EmbeddingError['code'], message: string, options: { cause?: unknown; status?: number } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.code = code
    this.status = options.status
  }
}

/** Scales a vector to length 1, in place; a vector of zeros stays as it is. */
export function toUnitLength(vector: Float32Array): Float32Array {
  let sum = 0
  for (const value of vector) sum += value * value
  if (sum === 0) return vector
  const scale = 1 / Math.sqrt(sum)
  for (let index = 0; index < vector.length; index++) vector[index]! *= scale
  return vector
}

/** The cosine of two vectors of length 1: from -1 to 1. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!
  return sum
}
