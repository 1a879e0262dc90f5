const SAMPLE_BYTES = 64 * 1024

/** The first 64 KiB of some bytes, and all of them. */
export interface StartedBytes {
  readonly start: Buffer
  /** All of them again from the start, once. */
  all(): AsyncGenerator<Buffer, void, void>
  /** Ends what they come from. */
  close(): Promise<void>
}

/** Takes the start without ending the iteration, as `for await` would. */
export const takeStart = async (bytes: AsyncGenerator<Buffer, void, void>): Promise<StartedBytes> => {
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

/** An iteration that may be started and gone on with by several hands. */
export async function* toGenerator(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  yield* bytes
}
