const SAMPLE_BYTES = 64 * 1024

/** The first 64 KiB of a stream, and all of it. */
export interface StartedBytes {
  readonly start: Buffer
  /** Yields all of it from the start, once. */
  all(): AsyncGenerator<Buffer, void, void>
  /** Ends the stream they come from. */
  close(): Promise<void>
}

/** Takes the start without ending the iteration, as `for await` would. */
export const peekStart = async (bytes: AsyncGenerator<Buffer, void, void>): Promise<StartedBytes> => {
  const parts: Buffer[] = []
  let length = 0
  while (length < SAMPLE_BYTES) {
    const step = await bytes.next()
    if (step.done === true) break
    parts.push(step.value)
    length += step.value.length
  }
  const start = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
  return {
    start,
    async *all() {
      if (start.length > 0) yield start
      yield* bytes
    },
    close: async () => void (await bytes.return()),
  }
}

/** Makes an iteration that one consumer can start and another can continue. */
export async function* toGenerator(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  yield* bytes
}
