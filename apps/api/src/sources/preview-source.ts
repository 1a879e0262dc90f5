import type { Endpoints } from '@inlet/contract'
import { findSourceForCheck } from '@inlet/db'
import { askWorker } from '../calls/ask-worker.js'
import { closeSignal, type Handler } from '../http/reply.js'
import { unknownSource } from '../source-access/find-source.js'
import type { SourceDeps } from '../source-access/source-deps.js'

/** A source that cannot be read is a good answer: 200 with what is wrong. */
export const previewSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['previewSource']> =>
  async ({ params, body, response }) => {
    const source = await findSourceForCheck(deps.database, params.id)
    if (source === null) throw await unknownSource(deps, params.id)
    const { connector, config, id } = source
    const outcome = await askWorker(deps, 'preview', { connector, config, sourceId: id, params: body }, closeSignal(response))
    const { durationMs } = outcome
    if (!outcome.ok) return { status: 200, body: { ok: false, failure: outcome.failure, streams: [], records: [], rejected: [], durationMs } }
    const { streams, records, rejected } = outcome.answer
    const frame = JSON.stringify({ ok: true, failure: null, streams, rejected, durationMs })
    return { status: 200, json: `${frame.slice(0, -1)},"records":[${records.map(toJson).join(',')}]}` }
  }

/** The data is spliced in as text: parsing it here would round its numbers. */
const toJson = ({ dataJson, ...record }: { readonly dataJson: string }): string => `${JSON.stringify(record).slice(0, -1)},"data":${dataJson}}`
