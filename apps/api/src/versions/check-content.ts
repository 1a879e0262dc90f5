import type { SourceDetails, VersionContent } from '@inlet/db'
import { parseSchedule } from '@inlet/domain'
import { checkMapping, type Mapping } from '@inlet/mapping'
import { checkSettingsForm, getConnector } from '../sources/parse-settings.js'
import type { SourceDeps } from '../sources/source-deps.js'

/** Compiles the expressions. Throws MAPPING_SYNTAX with the place. */
export const checkMappingForm = (mapping: VersionContent['mapping'] | undefined): void => checkMapping(mapping as Mapping | null | undefined)

/** Checks what a version says as far as that needs no connection. Throws what saving a source throws. */
export const checkContent = async (deps: SourceDeps, source: SourceDetails, content: VersionContent): Promise<void> => {
  if (content.schedule !== null) parseSchedule(content.schedule.cron, content.schedule.timeZone)
  checkMappingForm(content.mapping)
  await checkSettingsForm(deps, getConnector(deps, source.connector), { config: content.config, keptSecrets: Object.keys(source.secretTimes) })
}
