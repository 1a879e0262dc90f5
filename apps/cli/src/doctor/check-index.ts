import type { IndexState } from '@inlet/db'
import { type Finding, ok, warn } from './finding.js'

/** Behind by less than this, the search index follows as it should. */
const LATE_SECONDS = 600

/** Reports records that search does not find as they are now. Pure. */
export const classifyIndex = ({ pending, oldestSeconds, failed }: IndexState): Finding => {
  const name = 'search index'
  if (failed > 0)
    return warn(
      name,
      `${failed === 1 ? 'one record' : `${failed} records`} could not be indexed`,
      '`inlet why <source>` says why. They are tried again ever more rarely, and at once when a scribe starts.',
    )
  if ((oldestSeconds ?? 0) > LATE_SECONDS)
    return warn(
      name,
      `${pending} records wait to be indexed, the oldest for ${Math.round((oldestSeconds ?? 0) / 60)} minutes`,
      'Scribes index: look at their log, and whether one is alive (`inlet workers`).',
    )
  return ok(name, pending === 0 ? 'complete' : `${pending} records are being indexed`)
}
