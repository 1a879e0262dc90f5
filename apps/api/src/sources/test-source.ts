import type { Connector } from '@inlet/connector-sdk'
import type { Endpoints } from '@inlet/contract'
import { findSource, findSourceForCheck, getContent } from '@inlet/db'
import { canonicalJson, fillStep } from '@inlet/domain'
import { askWorker, type CallFailure, checkSettings, type WorkerRequest } from '../calls/ask-worker.js'
import { chooseCredential, guardTargets } from '../credentials/credential-access.js'
import { closeSignal, type Handler, type Reply } from '../http/reply.js'
import { getConnector, sourceNotFound, unknownSource } from '../source-access/lookup.js'
import { checkMappingForm, checkSettingsForm, refuseForm, type Settings } from '../source-access/settings-form.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { secretsInSteps } from '../source-access/source-views.js'

/** How long values of a request are removed from the log. */
const REDACT_MS = 300_000

/** Tests a source. One that cannot be read is a valid result: 200 with the step that failed. */
export const testSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['testSource']> =>
  async ({ params, body, exact, actor, principal, response }) => {
    const source = await findSourceForCheck(deps.database, params.id)
    if (source === null) throw sourceNotFound()
    const { version, config, mapping, ...rest } = body
    const howMuch = { ...rest, ...toSampleJson(exact) }
    const content = await getContent(deps.database, source.id, version)
    const tried = { config: config ?? content.config, mapping: checkMappingForm(mapping === undefined ? content.mapping : mapping) }
    const connector = getConnector(deps, source.connector)
    const subject = await subjectOf(deps, source.id)
    const refused = config === undefined ? null : await tryForm(deps, connector, { config, keptSecrets: subject?.secrets.names ?? [] })
    if (refused !== null && body.sample === undefined) return refused
    const use = { connector, config: tried.config, of: { sourceId: source.id } }
    const { targets: allowTargets } = await guardTargets(deps, use, { actor, principal })
    return ask(
      deps,
      {
        connector: source.connector,
        config: refused === null ? tried.config : {},
        sourceId: source.id,
        allowTargets,
        params: { ...howMuch, mapping: tried.mapping, ...(subject === undefined ? {} : { subject }) },
      },
      closeSignal(response),
    )
  }

/** Does the same for settings that are not saved. */
export const testNewSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['testNewSource']> =>
  async ({ body, exact, actor, principal, response }) => {
    const { connector: type, config, secrets, credential, mapping = null, ...rest } = body
    const howMuch = { ...rest, ...toSampleJson(exact) }
    deps.secrets.add(secrets, REDACT_MS)
    const connector = getConnector(deps, type)
    const shared = await chooseCredential(deps, connector, { secrets, credential })
    checkMappingForm(mapping)
    const given = shared === null ? { secrets: secrets ?? {} } : { keptSecrets: Object.keys(shared.fields) }
    const refused = await tryForm(deps, connector, { config, ...given })
    if (refused !== null && body.sample === undefined) return refused
    // A mapping alone is tested on a sample, which needs no settings.
    if (refused !== null) return ask(deps, { connector: connector.type, config: {}, params: { ...howMuch, mapping } }, closeSignal(response))
    const use = shared === null ? null : { connector, config, of: { credentialId: shared.id } }
    const added = use === null ? null : await guardTargets(deps, use, { actor, principal })
    const secretSource = shared === null ? { secrets } : { credentialId: shared.id, allowTargets: added?.targets }
    return ask(deps, { connector: connector.type, config, ...secretSource, params: { ...howMuch, mapping } }, closeSignal(response))
  }

/** Returns null when the settings are valid; invalid ones are not stored. */
const tryForm = async (deps: SourceDeps, connector: Connector, settings: Settings): Promise<Reply | null> => {
  try {
    await checkSettingsForm(deps, connector, settings)
    return null
  } catch (error) {
    return { status: 200, body: refuseForm(error) }
  }
}

/** Also sends a sample as text: on the way to a worker its numbers would lose digits. */
const toSampleJson = (sample: unknown): { readonly sampleJson?: string } => (sample === undefined ? {} : { sampleJson: canonicalJson(sample) })

/** Returns what next steps refer to; undefined when the source was deleted in the meantime. */
const subjectOf = async (deps: SourceDeps, sourceId: string): Promise<WorkerRequest<'test'>['params']['subject']> => {
  const source = await findSource(deps.database, sourceId)
  if (source === null) return undefined
  const { names, credential } = secretsInSteps(source)
  return { source: source.slug, secrets: { names: [...names], credential } }
}

/** Returns a failure whose next step names the source, as all failures do when shown. */
const aboutSource = async (deps: SourceDeps, sourceId: string, failure: CallFailure): Promise<CallFailure> => {
  const subject = await subjectOf(deps, sourceId)
  return subject === undefined ? failure : { ...failure, next: fillStep(failure.next, subject.source, subject.secrets) }
}

const ask = async (deps: SourceDeps, request: WorkerRequest<'test'>, signal: AbortSignal): Promise<Reply> => {
  const outcome = await askWorker(deps, 'test', request, signal)
  // Parsing it here would round its numbers.
  if (outcome.ok) return { status: 200, json: outcome.answer.json }
  const nothing = { steps: [], capabilities: null, records: [], rejected: [], warnings: [], logs: [], truncated: false }
  const metrics = { requests: 0, records: 0, recordBytes: 0, durationMs: outcome.durationMs }
  return { status: 200, body: { ok: false, failure: outcome.failure, ...nothing, metrics } }
}

/** Runs the connector's check. A failed check is a valid result: 200 with what is wrong. */
export const checkSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['checkSource']> =>
  async ({ params, response }) => {
    const source = await findSourceForCheck(deps.database, params.id)
    if (source === null) throw await unknownSource(deps, params.id)
    const { connector, config, id } = source
    const outcome = await checkSettings(deps, { connector, config, sourceId: id }, closeSignal(response))
    const found = outcome.ok
      ? { failure: null, warnings: outcome.answer.warnings }
      : { failure: await aboutSource(deps, id, outcome.failure), warnings: [] }
    return { status: 200, body: { ok: outcome.ok, ...found, checkedAt: new Date().toISOString(), durationMs: outcome.durationMs } }
  }

/** Previews records. A source that cannot be read is a valid result: 200 with what is wrong. */
export const previewSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['previewSource']> =>
  async ({ params, body, response }) => {
    const source = await findSourceForCheck(deps.database, params.id)
    if (source === null) throw await unknownSource(deps, params.id)
    const { connector, config, id } = source
    const outcome = await askWorker(deps, 'preview', { connector, config, sourceId: id, params: body }, closeSignal(response))
    const { durationMs } = outcome
    if (!outcome.ok)
      return {
        status: 200,
        body: { ok: false, failure: await aboutSource(deps, id, outcome.failure), streams: [], records: [], rejected: [], durationMs },
      }
    const { streams, records, rejected } = outcome.answer
    const frame = JSON.stringify({ ok: true, failure: null, streams, rejected, durationMs })
    return { status: 200, json: `${frame.slice(0, -1)},"records":[${records.map(toJson).join(',')}]}` }
  }

/** Splices the data in as text: parsing it here would round its numbers. */
const toJson = ({ dataJson, ...record }: { readonly dataJson: string }): string => `${JSON.stringify(record).slice(0, -1)},"data":${dataJson}}`
