export interface UnknownStream {
  readonly code: 'STREAM_UNKNOWN'
  readonly stream: string
  readonly message: string
}

const MAX_NAMED = 20

/** A warning for each stream that a mapping names and the source does not have. None when no stream is known. Pure. */
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
