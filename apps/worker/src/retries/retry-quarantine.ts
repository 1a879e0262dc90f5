import { countRetries, finishRun, type LeasedRun, listRetries, listStreamNames } from '@inlet/db'
import { MAX_BATCH_BYTES } from '@inlet/domain'
import type { Mapping } from '@inlet/mapping'
import { createForwarder } from '../extraction/forwarder.js'
import { createLeaseKeeper } from '../extraction/lease-keeper.js'
import { leave, type RunDeps, type RunResult, type StopWith } from '../extraction/run-source.js'
import { mapRetries } from './map-retries.js'
import { packRetries } from './pack-retries.js'

const PAGE = 500

/**
 * The run with the trigger `quarantine`: reads the records that wait for a retry instead of the source, maps them as the live version says and
 * forwards them like any others. It needs no connection and moves no cursor. Where it was killed it begins again with what is not settled.
 */
export const retryQuarantine = async (deps: RunDeps, run: LeasedRun, drain: AbortSignal): Promise<RunResult> => {
  const forwarder = createForwarder(deps, run)
  let recordsRead = 0
  const total = run.recordsRead + (await countRetries(deps.database, run.sourceId))
  const state = () => ({ recordsRead: run.recordsRead + recordsRead, progress: { retries: { total, done: run.recordsRead + recordsRead } } })
  const keeper = createLeaseKeeper(deps, run, () => ({
    ...state(),
    forwardedBatches: forwarder.forwardedBatches,
    forwardedBytes: forwarder.forwardedBytes,
  }))
  const signal = AbortSignal.any([keeper.signal, drain])
  const stopWith: StopWith = (end) => finishRun(deps.database, { runId: run.runId, epoch: run.epoch, ...state(), ...end })
  try {
    // What was saved was checked.
    const mapping = run.version.mapping as Mapping | null
    const streams = new Set(await listStreamNames(deps.database, run.sourceId))
    for (let afterId = '0'; ; ) {
      const page = await listRetries(deps.database, { sourceId: run.sourceId, afterId, limit: PAGE, maxBytes: MAX_BATCH_BYTES })
      const last = page.at(-1)
      if (last === undefined) break
      const mapped = await mapRetries({ mappings: deps.mappings, mapping, streams }, page, signal)
      for (const batch of packRetries(mapped)) await forwarder.forward({ ...batch, retries: true }, signal)
      recordsRead += page.length
      afterId = last.id
    }
    await forwarder.drained(signal)
    return { left: 'ended', outcome: await stopWith({ streams: [], provedUnchanged: true }) }
  } catch (thrown) {
    return await leave({ deps, run, forwarder, drain, keeperSignal: keeper.signal, thrown, stopWith })
  } finally {
    forwarder.close()
    await keeper.stop()
  }
}
