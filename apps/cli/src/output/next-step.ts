import { isReason, REASONS } from '@inlet/domain'

/** Commands in place of requests, by reason of a failure or code of `why`. `source` is a slug or id, or a placeholder. */
const COMMANDS: Readonly<Record<string, (source: string) => string>> = {
  AUTH_FAILED: (source) =>
    `Set its new secrets in its file and \`inlet apply\`, or with PATCH /v1/sources/${source}; it continues from the last cursor.`,
  POISON_SOURCE: (source) =>
    `Runs of this source ended their worker three times; it is tried again from time to time. Look at its data, then \`inlet sources resume ${source}\`.`,
  PAUSED: (source) => `inlet sources resume ${source}`,
  SOURCE_PAUSED: (source) => `Resume it first: inlet sources resume ${source}`,
  STOPPED: (source) => `inlet sources start ${source}`,
  SOURCE_STOPPED: (source) => `Start it first: inlet sources start ${source}`,
  SOURCE_STALE: (source) => `\`inlet why ${source}\` names what keeps it from being read in time.`,
  RUN_IN_PROGRESS: (source) => `See it end with \`inlet run ${source} --follow\`, or stop it with \`inlet runs cancel <run>\`.`,
  MASS_DELETE_REFUSED: (source) => `It suddenly lacks most of its records; check it, then \`inlet run ${source} --allow-mass-delete\`.`,
  QUARANTINE_BUDGET: (source) => `Too many records cannot be stored; see \`inlet quarantine ${source}\`.`,
  MAPPING_FAILED: (source) => `The expression fails for this record; try it with \`inlet test ${source}\`.`,
  VALIDATION_FAILED: () => 'Correct what is named above.',
  UNKNOWN_CONNECTOR: () => 'See `inlet connectors` for the known types.',
  CHECK_TIMEOUT: () => 'No worker answered in time; `inlet doctor` says whether one is running.',
}

/** What to do, in commands. A step that the API words more closely than the catalogue of reasons stays as it is, with the source filled in. */
export const toNextStep = (code: string, next: string, source?: string): string => {
  const stock = isReason(code) ? REASONS[code].next : next
  const command = Object.hasOwn(COMMANDS, code) ? COMMANDS[code] : undefined
  const text = next.startsWith(stock) && command !== undefined ? command(source ?? '<source>') + next.slice(stock.length) : next
  const named = source ?? '<source>'
  const commands = text
    .replaceAll('POST /v1/sources/{id}/resume', `inlet sources resume ${named}`)
    .replaceAll('POST /v1/sources/{id}/run,', `inlet run ${named},`)
  return source === undefined ? commands : commands.replaceAll('/v1/sources/{id}', `/v1/sources/${source}`)
}
