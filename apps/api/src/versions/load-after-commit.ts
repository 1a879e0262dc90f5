import { randomUUID } from 'node:crypto'
import { insertCall } from '@inlet/db'
import { afterCommit } from '../sources/after-commit.js'
import type { SourceDeps } from '../sources/source-deps.js'

/** A worker that comes up within a day still finds it; later the next run does the same. */
const DEADLINE_MS = 86_400_000

/** Lets a worker open the live version at once, so that what is wrong with it shows now and not at its next run. Nobody waits for the answer. */
export const loadAfterCommit = (
  deps: Pick<SourceDeps, 'database' | 'queues' | 'log'>,
  version: { readonly sourceId: string; readonly versionId: string; readonly connector: string },
): Promise<void> =>
  afterCommit(deps, 'asking a worker to load a version', async () => {
    const id = randomUUID()
    const { sourceId, versionId, connector } = version
    const call = { id, kind: 'load', connector, config: {}, sealedSecrets: null, sourceId, params: { versionId } } as const
    await insertCall(deps.database, { ...call, timeoutMs: DEADLINE_MS })
    await deps.queues.enqueueCall(id)
  })
