/** How the records of one stream are reshaped. */
export interface StreamMapping {
  /** JSONata; its input is one record. */
  readonly expression: string
  /**
   * `kept` (by default): the result is one record with the key of its original, or none. `set`: the expression gives keys of its
   * own or splits records; then nothing links a stored record to its original, and the stream is read as a whole each time.
   */
  readonly keys?: 'kept' | 'set' | undefined
}

/** The mapping of a version, by the name of the stream; `*` is for all streams without one of their own. */
export type Mapping = Readonly<Record<string, StreamMapping>>

/** The mapping of a stream, or undefined when its records stay as they are. */
export const findStreamMapping = (mapping: Mapping | null | undefined, stream: string): StreamMapping | undefined => {
  if (mapping === null || mapping === undefined) return undefined
  return Object.hasOwn(mapping, stream) ? mapping[stream] : mapping['*']
}
