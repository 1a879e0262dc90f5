/** How the records of one stream are reshaped. */
export interface StreamMapping {
  /** JSONata; its input is one record. */
  readonly expression: string
}

/** The mapping of a version, by the name of the stream; `*` is for all streams without one of their own. */
export type Mapping = Readonly<Record<string, StreamMapping>>

/** The expression for a stream, or undefined when its records stay as they are. */
export const findExpression = (mapping: Mapping | null | undefined, stream: string): string | undefined => {
  if (mapping === null || mapping === undefined) return undefined
  const own = Object.hasOwn(mapping, stream) ? mapping[stream] : undefined
  return (own ?? mapping['*'])?.expression
}
