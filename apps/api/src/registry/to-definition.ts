import { durationSeconds, type SourceDefinition, toDuration } from '@inlet/contract'
import type { StoredDefinition } from '@inlet/db'

/** A stored source in the form of a file: what is at its default is left out. */
export const toDefinition = (stored: StoredDefinition): Readonly<Record<string, unknown>> => {
  const { freshWithinSeconds, mapping, credential, schedule } = stored
  return {
    slug: stored.slug,
    name: stored.name,
    connector: stored.connector,
    ...(credential === null ? {} : { credential }),
    config: stored.config,
    ...(mapping === null ? {} : { mapping }),
    ...(schedule === null ? {} : { schedule }),
    ...(Object.keys(stored.labels).length === 0 ? {} : { labels: stored.labels }),
    ...(freshWithinSeconds === null ? {} : { freshWithin: toDuration(freshWithinSeconds) }),
    ...(stored.status === 'PAUSED' ? { paused: true } : {}),
  }
}

/** A given definition in the same form, its defaults left out; without secrets. */
export const normalDefinition = (given: SourceDefinition, stored: StoredDefinition | undefined): Readonly<Record<string, unknown>> => {
  const { secrets: _, paused, ...rest } = given
  // A file that does not say whether a source is paused leaves it as it is.
  const isPaused = paused ?? stored?.status === 'PAUSED'
  return {
    ...rest,
    ...(given.freshWithin == null ? {} : { freshWithin: toDuration(durationSeconds(given.freshWithin) ?? 1) }),
    ...(given.labels === undefined || Object.keys(given.labels).length > 0 ? {} : { labels: undefined }),
    ...(isPaused ? { paused: true } : {}),
  }
}
