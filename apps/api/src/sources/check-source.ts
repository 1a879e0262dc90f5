import type { Endpoints } from '@inlet/contract'
import { findSourceForCheck } from '@inlet/db'
import { checkSettings } from '../calls/ask-worker.js'
import { closeSignal, type Handler } from '../http/reply.js'
import { unknownSource } from '../source-access/find-source.js'
import type { SourceDeps } from '../source-access/source-deps.js'

/** A failed check is a good answer: 200 with what is wrong. */
export const checkSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['checkSource']> =>
  async ({ params, response }) => {
    const source = await findSourceForCheck(deps.database, params.id)
    if (source === null) throw await unknownSource(deps, params.id)
    const { connector, config, id } = source
    const outcome = await checkSettings(deps, { connector, config, sourceId: id }, closeSignal(response))
    const found = outcome.ok ? { failure: null, warnings: outcome.answer.warnings } : { failure: outcome.failure, warnings: [] }
    return { status: 200, body: { ok: outcome.ok, ...found, checkedAt: new Date().toISOString(), durationMs: outcome.durationMs } }
  }
