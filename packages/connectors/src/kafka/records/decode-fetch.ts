import { Failure } from '@inlet/connector-sdk'
import { ByteReader } from './byte-reader.js'
import { type Aborted, type DecodedBatches, decodeBatches } from './decode-batches.js'

/** A broker's response for one partition. */
export interface PartitionResponse extends DecodedBatches {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: number
  /** Bytes of the messages as they arrived. */
  readonly bytes: number
}

const [OLDEST_VERSION, NEWEST_VERSION] = [4, 11]
const [WITH_LOG_START, WITH_SESSION, WITH_REPLICA] = [5, 7, 11]

export interface FetchResponse {
  readonly clientSideThrottleTime: number
  readonly errorCode: number
  readonly partitions: readonly PartitionResponse[]
}

/** Decodes the response to a Fetch request of versions 4 to 11. Throws UPSTREAM_INVALID. */
export const decodeFetch = (payload: Buffer, version: number): FetchResponse => {
  if (version < OLDEST_VERSION || version > NEWEST_VERSION)
    throw new Failure('UPSTREAM_INVALID', 'the broker is older than Kafka 0.11', { next: 'Use Kafka 0.11 or newer.' })
  const reader = new ByteReader(payload)
  const throttle = reader.int32()
  const errorCode = version >= WITH_SESSION ? reader.int16() : 0
  if (version >= WITH_SESSION) reader.int32()
  const partitions: PartitionResponse[] = []
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topic = reader.string()
    for (let n = reader.int32(); n > 0; n -= 1) partitions.push(readPartition(reader, topic, version))
  }
  return { clientSideThrottleTime: throttle, errorCode, partitions }
}

const readPartition = (reader: ByteReader, topic: string, version: number): PartitionResponse => {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const highWatermark = reader.int64()
  // The last stable offset, which a fetch for committed messages observes anyway.
  reader.int64()
  if (version >= WITH_LOG_START) reader.int64()
  const aborted: Aborted[] = []
  for (let n = reader.int32(); n > 0; n -= 1) aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() })
  if (version >= WITH_REPLICA) reader.int32()
  const bytes = Math.max(0, reader.int32())
  return { topic, partition, errorCode, highWatermark, bytes, ...decodeBatches(reader.slice(bytes), aborted) }
}
