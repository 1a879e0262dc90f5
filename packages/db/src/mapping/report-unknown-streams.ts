import type { Database } from '../database.js'
import { writeEvent } from '../events/write-event.js'

export interface UnknownStreams {
  readonly sourceId: string
  readonly versionId: string
  readonly runId: string
  readonly streams: readonly string[]
  readonly message: string
}

const TYPE = 'mapping.stream_unknown'

/** Reports, once per version, that its mapping names streams the source does not have. The caller holds the lease of the source. */
export const reportUnknownStreams = async (database: Database, unknown: UnknownStreams): Promise<void> => {
  const { sourceId, runId, versionId, streams, message } = unknown
  const reported = await database.prisma.event.findFirst({
    where: { sourceId, type: TYPE, data: { path: ['versionId'], equals: versionId } },
    select: { id: true },
  })
  if (reported !== null) return
  await writeEvent(database.pool, { sourceId, runId, type: TYPE, level: 'warn', message, data: { code: 'STREAM_UNKNOWN', versionId, streams } })
}
