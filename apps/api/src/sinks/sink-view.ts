import type { SinkView } from '@inlet/contract'
import { type Database, readChangeLag, type Sink } from '@inlet/db'
import { explainSink } from '@inlet/domain'

/** A sink as the API shows it, with how far it is behind. */
export const toSinkView = async (database: Pick<Database, 'pool'>, sink: Sink): Promise<SinkView> => {
  const { position, previousUntil, refused, ...shown } = sink
  const fillsUp = position === null || position.walk !== null
  const lag = position === null || fillsUp ? { waiting: 0, seconds: null } : await readChangeLag(database, { ...position, sources: sink.sources })
  return {
    ...shown,
    ...explainSink({ ...sink, refused, fillsUp, waiting: lag.waiting, lagSeconds: lag.seconds }),
    sources: [...sink.sources],
    lag: { changes: fillsUp ? null : lag.waiting, seconds: lag.seconds },
    delivered: Number(sink.delivered),
    deliveredAt: sink.deliveredAt?.toISOString() ?? null,
    nextAt: sink.nextAt?.toISOString() ?? null,
    previousSecretUntil: previousUntil === null || previousUntil.getTime() <= Date.now() ? null : previousUntil.toISOString(),
    createdAt: sink.createdAt.toISOString(),
    updatedAt: sink.updatedAt.toISOString(),
  }
}
