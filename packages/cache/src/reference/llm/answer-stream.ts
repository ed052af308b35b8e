/**
 * Passes the chunks of a model on as they come. When the stream has completed, and only then, `keep` gets all of them,
 * and the stream of the reader ends after it: who has read an answer to its end finds it stored. A model that
 * fails, or a reader that stops early (which ends the model's stream too), leaves nothing behind.
 */
export async function* recordStream(
  stream: AsyncIterable<string>,
  keep: (chunks: string[]) => Promise<void>,
): AsyncGenerator<string, void, undefined> {
  const chunks: string[] = []
  for await (const chunk of stream) {
    chunks.push(chunk)
    yield chunk
  }
  await keep(chunks)
}

/** The chunks of a stored answer, borders and empty ones as they were. */
export async function* replayStream(chunks: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* chunks
}
