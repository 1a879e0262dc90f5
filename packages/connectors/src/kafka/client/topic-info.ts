/** A topic as the cluster describes it. */
export interface TopicInfo {
  readonly topic: string
  /** Kafka's name of the error, e.g. TOPIC_AUTHORIZATION_FAILED; null if there is none. */
  readonly error: string | null
  /** Whether it belongs to the cluster itself, such as __consumer_offsets. */
  readonly internal: boolean
  /** Numbers of the partitions, ascending. */
  readonly partitions: readonly number[]
}

/** The response to Metadata, as kafkajs decodes it. */
export interface MetadataResponse {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number
    readonly topic: string
    readonly isInternal: boolean
    readonly partitionMetadata: readonly { readonly partitionId: number; readonly leader: number }[]
  }[]
}

export interface OffsetsResponse {
  readonly responses: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly errorCode: number; readonly offset?: string }[]
  }[]
}

export interface CommitResponse {
  readonly responses: readonly { readonly partitions: readonly { readonly partition: number; readonly errorCode: number }[] }[]
}

export interface CoordinatorResponse {
  readonly errorCode: number
  readonly coordinator: { readonly nodeId: number; readonly host: string; readonly port: number }
}
