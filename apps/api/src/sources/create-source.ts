import { randomUUID } from 'node:crypto'
import { type Endpoints } from '@inlet/contract'
import { createSource, findSource } from '@inlet/db'
import { parseSourceName, toLanguage } from '@inlet/domain'
import { fingerprintSecrets, type SealedSecrets, type SecretPlace, sealSecrets } from '@inlet/security'
import { requireCheck } from '../calls/ask-worker.js'
import { chooseCredential, guardTargets, targetsOf } from '../credentials/credential-access.js'
import { closeSignal, type Handler, toEtag } from '../http/reply.js'
import { requireRoom, roomFor } from '../keys/key-limits.js'
import { enqueueAfterCommit, syncSchedulerAfterCommit } from '../source-access/after-commit.js'
import { getConnector, sourceNotFound } from '../source-access/lookup.js'
import { checkMappingForm, checkSettingsForm, toSchedule, toSeconds } from '../source-access/settings-form.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { toSourceDetail, warnOfSchedule } from '../source-access/source-views.js'

/** How long values of a request are removed from the log. */
const REDACT_MS = 300_000

/** Registers a source: everything is checked before anything is written. */
export const createSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['createSource']> =>
  async ({ body, query, actor, principal, response }) => {
    deps.secrets.add(body.secrets, REDACT_MS)
    await requireRoom(deps, 'sources', actor)
    const name = parseSourceName(body.name)
    const schedule = toSchedule(body.schedule)
    const connector = getConnector(deps, body.connector)
    const secrets = body.secrets ?? {}
    const shared = await chooseCredential(deps, connector, body)
    const formSecrets = shared === null ? { secrets } : { keptSecrets: Object.keys(shared.fields) }
    await checkSettingsForm(deps, connector, { config: body.config, ...formSecrets })
    const mapping = checkMappingForm(body.mapping ?? null)
    const use = shared === null ? null : { connector, config: body.config, of: { credentialId: shared.id } }
    const added = use === null ? null : await guardTargets(deps, use, { actor, principal })
    const secretSource = shared === null ? { secrets } : { credentialId: shared.id, allowTargets: added?.targets }
    const found = query.check
      ? await requireCheck(deps, { connector: connector.type, config: body.config, mapping, ...secretSource }, closeSignal(response))
      : []
    await added?.allow()
    const id = randomUUID()
    const { runId } = await createSource(
      deps.database,
      {
        id,
        name,
        slug: body.slug,
        connector: connector.type,
        config: body.config,
        mapping: body.mapping ?? null,
        schedule,
        labels: body.labels ?? {},
        freshWithinSeconds: toSeconds(body.freshWithin),
        language: toLanguage(body.language ?? null),
        paused: body.paused,
        runNow: body.runNow && connector.receive === undefined,
        ownership: { managedBy: body.managedBy, secretsFingerprint: fingerprintSecrets(deps.keyring, id, secrets) },
        sealedSecrets: sealForSource(deps, { ownerId: id, version: 1 }, secrets),
        secretTargets: targetsOf(connector, body.config),
        credentialId: shared?.id,
        room: roomFor(deps.limits, 'sources', actor),
      },
      actor,
    )
    const [saved] = await Promise.all([
      findSource(deps.database, id),
      body.paused || schedule === null ? undefined : syncSchedulerAfterCommit(deps, id, schedule),
      runId === null ? undefined : enqueueAfterCommit(deps, [runId]),
    ])
    if (saved === null) throw sourceNotFound()
    return {
      status: 201,
      headers: { location: `/v1/sources/${id}`, etag: toEtag(saved.revision) },
      body: { ...toSourceDetail(saved, deps.findConnector), runId, checked: query.check, warnings: [...found, ...warnOfSchedule(schedule)] },
    }
  }

/** Seals secrets for a source; null when the connector was given none. */
export const sealForSource = (
  deps: Pick<SourceDeps, 'keyring'>,
  place: SecretPlace,
  secrets: Readonly<Record<string, unknown>>,
): SealedSecrets | null => (Object.keys(secrets).length === 0 ? null : sealSecrets(deps.keyring, place, secrets))
