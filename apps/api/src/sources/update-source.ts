import type { Endpoints } from '@inlet/contract'
import { updateSource } from '@inlet/db'
import { allowsRuns, Failure, parseSourceName, toLanguage } from '@inlet/domain'
import { fingerprintSecrets } from '@inlet/security'
import { requireCheck } from '../calls/ask-worker.js'
import { chooseCredential, guardTargets, targetsOf } from '../credentials/credential-access.js'
import { closeSignal, type Handler, toEtag } from '../http/reply.js'
import { enqueueAfterCommit, syncSchedulerAfterCommit } from '../source-access/after-commit.js'
import { getConnector, getSource, sourceNotFound } from '../source-access/lookup.js'
import { checkMappingForm, checkSettingsForm, toSchedule, toSeconds } from '../source-access/settings-form.js'
import type { SourceDeps } from '../source-access/source-deps.js'
import { toSourceDetail, warnOfRemapping, warnOfSchedule, warnOfStreams } from '../source-access/source-views.js'
import { openAfterCommit } from '../versions/publish.js'
import { sealForSource } from './create-source.js'

/** Changes a source: what is left out stays unchanged; given secrets replace all that were set. */
export const updateSourceHandler =
  (deps: SourceDeps): Handler<Endpoints['updateSource']> =>
  async ({ params, body, query, actor, principal, ifMatch, response }) => {
    deps.secrets.add(body.secrets, 300_000)
    const before = await getSource(deps, params.id)
    if (ifMatch !== null && ifMatch !== before.revision)
      throw new Failure('PRECONDITION_FAILED', `the source has changed: it has revision ${before.revision} now`)
    const name = body.name === undefined ? undefined : parseSourceName(body.name)
    const schedule = body.schedule === undefined ? undefined : toSchedule(body.schedule)
    const config = body.config ?? before.config
    const secrets = body.secrets
    const connector = getConnector(deps, before.connector)
    const shared = await chooseCredential(deps, connector, body)
    const credentialId = nextCredential(before.credential?.id ?? null, body.credential === null ? null : shared?.id)
    const touched = body.config !== undefined || secrets !== undefined || credentialId !== undefined
    const mapping = checkMappingForm(body.mapping === undefined ? before.mapping : body.mapping)
    if (touched || query.check) {
      const keptSecrets = Object.keys(shared?.fields ?? (credentialId === null ? {} : before.secretTimes))
      await checkSettingsForm(deps, connector, { config, secrets, keptSecrets })
    }
    // Secrets given again are for the settings given with them; those that stay are for what they were given for.
    const keepsSecrets = touched && secrets === undefined && credentialId !== null
    const of = shared === null ? { sourceId: before.id } : { credentialId: shared.id }
    const added = keepsSecrets ? await guardTargets(deps, { connector, config, of }, { actor, principal }) : null
    // Saved secrets stay sealed: the worker decrypts those of the source itself.
    const given = shared === null ? { secrets } : { credentialId: shared.id, allowTargets: added?.targets }
    const secretSource = secrets === undefined && credentialId === undefined ? { sourceId: before.id, allowTargets: added?.targets } : given
    const found = query.check
      ? await requireCheck(deps, { connector: before.connector, config, mapping, ...secretSource }, closeSignal(response))
      : []
    await added?.allow()
    const changed = await updateSource(deps.database, {
      sourceId: before.id,
      expectedRevision: ifMatch,
      name,
      config: body.config,
      mapping: body.mapping,
      labels: body.labels,
      schedule,
      freshWithinSeconds: body.freshWithin === null ? null : toSeconds(body.freshWithin),
      language: body.language === undefined ? undefined : toLanguage(body.language),
      sealSecrets: secrets === undefined ? undefined : (version) => sealForSource(deps, { ownerId: before.id, version }, secrets),
      secretTargets: targetsOf(connector, config),
      credentialId,
      ownership: {
        managedBy: body.managedBy,
        secretsFingerprint: secrets === undefined ? undefined : fingerprintSecrets(deps.keyring, before.id, secrets),
      },
      actor,
    })
    if (changed === null) throw sourceNotFound()
    const { runId } = changed
    const saved = await getSource(deps, before.id)
    await Promise.all([
      schedule === undefined ? undefined : syncSchedulerAfterCommit(deps, saved.id, allowsRuns(saved.status) ? saved.schedule : null),
      runId === null ? undefined : enqueueAfterCommit(deps, [runId]),
      changed.versionId === null
        ? undefined
        : openAfterCommit(deps, { sourceId: saved.id, versionId: changed.versionId, connector: saved.connector }),
    ])
    return {
      status: 200,
      headers: { etag: toEtag(saved.revision) },
      body: {
        ...toSourceDetail(saved, deps.findConnector),
        runId,
        checked: query.check,
        warnings: [
          ...found,
          ...warnOfSchedule(schedule ?? null),
          ...warnOfRemapping(before, saved),
          ...(body.mapping == null ? [] : warnOfStreams(before, saved)),
        ],
      },
    }
  }

/** Returns undefined when nothing changes: `credential: null` removes a shared credential, never the source's own secrets. */
const nextCredential = (present: string | null, wanted: string | null | undefined): string | null | undefined =>
  wanted === present ? undefined : wanted
