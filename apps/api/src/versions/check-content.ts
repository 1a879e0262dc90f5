import type { SourceDetails, VersionContent } from '@inlet/db'
import { parseSchedule } from '@inlet/domain'
import { checkMapping, type Mapping } from '@inlet/mapping'
import { type Asker, guardTargets } from '../credentials/guard-targets.js'
import { checkSettingsForm, getConnector } from '../source-access/settings-form.js'
import type { SourceDeps } from '../source-access/source-deps.js'

/** Compiles the expressions of a mapping. Throws MAPPING_SYNTAX with the position. */
export const checkMappingForm = (given: VersionContent['mapping'] | undefined): Mapping | null => {
  const mapping = (given ?? null) as Mapping | null
  checkMapping(mapping)
  return mapping
}

/**
 * Validates the content of a version as far as possible without a connection, and checks that the stored secrets are for where it leads; an admin may
 * extend their targets. Throws what saving a source throws, and SECRET_TARGET_REFUSED.
 */
export const checkContent = async (deps: SourceDeps, source: SourceDetails, content: VersionContent, asker: Asker): Promise<void> => {
  if (content.schedule !== null) parseSchedule(content.schedule.cron, content.schedule.timeZone)
  checkMappingForm(content.mapping)
  const connector = getConnector(deps, source.connector)
  await checkSettingsForm(deps, connector, { config: content.config, keptSecrets: Object.keys(source.secretTimes) })
  const added = await guardTargets(deps, { connector, config: content.config, of: { sourceId: source.id } }, asker)
  await added.allow()
}
