/** One message of a partition. */
export interface Message {
  readonly offset: number
  /** Milliseconds since 1970; negative when it has none. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[]
}
