import { randomUUID } from 'node:crypto'
import { claimRechecks, type Database, insertCall } from '@inlet/db'
import type { Queues } from '@inlet/queue'
import type { Steps } from './steps.js'

/** So few that calls which somebody waits for are not held up, however many sources stopped together. */
const AT_A_TIME = 10
/** A check that no worker has begun by then is left to the next time. */
const DEADLINE_MS = 60_000

/** Lets workers check sources in ERROR whose time has come. Answers how many. */
export const startRechecks = async (
  { database, queues }: { readonly database: Database; readonly queues: Pick<Queues, 'enqueueCall'> },
  steps: Steps,
): Promise<number> => {
  const due = await claimRechecks(database, AT_A_TIME)
  const failed = await steps.each('rechecks', due, async ({ sourceId, versionId, connector, config }) => {
    const id = randomUUID()
    const call = { id, kind: 'recheck', connector, config, sealedSecrets: null, sourceId, params: { versionId }, timeoutMs: DEADLINE_MS } as const
    await insertCall(database, call)
    await queues.enqueueCall(id)
  })
  return due.length - failed.length
}
