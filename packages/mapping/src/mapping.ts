/** How the records of one stream are reshaped. */
export interface StreamMapping {
  /** JSONata; its input is one record. */
  readonly expression: string
  /**
   * `kept` (default): the result is one record with the key of its original, or none. `set`: the expression sets its
   * own keys or splits records; then nothing links a stored record to its original, and every run is a full refresh of the stream.
   */
  readonly keys?: 'kept' | 'set' | undefined
}

/** The mapping of a version, by stream name; `*` applies to all streams without their own. */
export type Mapping = Readonly<Record<string, StreamMapping>>

/** Returns the mapping of a stream, or undefined when its records stay as they are. */
export const findStreamMapping = (mapping: Mapping | null | undefined, stream: string): StreamMapping | undefined => {
  if (mapping === null || mapping === undefined) return undefined
  return Object.hasOwn(mapping, stream) ? mapping[stream] : mapping['*']
}

export interface UnknownStream {
  readonly code: 'STREAM_UNKNOWN'
  readonly stream: string
  readonly message: string
}

const MAX_NAMED = 20

/** Returns a warning for each stream that a mapping names but the source does not have. None when no stream is known. Pure. */
export const findUnknownStreams = (mapping: object | null | undefined, known: Iterable<string>): readonly UnknownStream[] => {
  const names = new Set(known)
  if (names.size === 0) return []
  const listed = [...names].toSorted()
  const more = listed.length > MAX_NAMED ? ` and ${listed.length - MAX_NAMED} more` : ''
  const has = `${listed.slice(0, MAX_NAMED).join(', ')}${more}`
  return Object.keys(mapping ?? {})
    .filter((stream) => stream !== '*' && !names.has(stream))
    .map((stream) => ({
      code: 'STREAM_UNKNOWN',
      stream,
      message: `the mapping names the stream ${JSON.stringify(stream)}, which the source does not have, so it has no effect; it has: ${has}`,
    }))
}
