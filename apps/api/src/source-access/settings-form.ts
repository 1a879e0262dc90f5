import type { Connector } from '@inlet/connector-sdk'
import { durationSeconds, type TestResult } from '@inlet/contract'
import type { VersionContent } from '@inlet/db'
import { Failure, parseSchedule, type Reason, type Schedule } from '@inlet/domain'
import { checkMapping, type Mapping } from '@inlet/mapping'
import { InvalidRequest, parseWith } from '../http/failures.js'
import type { SourceDeps } from './source-deps.js'

export interface Settings {
  readonly config: unknown
  /** New secrets; absent when those that are set stay. */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined
  /** Names of the secrets that stay, if none are given. */
  readonly keptSecrets?: readonly string[]
}

/**
 * Validates settings as far as possible without a connection: schemas, the connector's own rules, addresses. Saved secrets are never decrypted here:
 * a rule that asks whether one is set sees a placeholder.
 */
export const checkSettingsForm = async (deps: SourceDeps, connector: Connector, settings: Settings): Promise<void> => {
  const config = parseWith(connector.configSchema, settings.config, ['config'])
  const secrets = settings.secrets === undefined ? undefined : parseSecrets(connector, settings.secrets)
  await deps.guard.check(connector.egress?.(config) ?? [])
  try {
    await connector.validate?.(config, secrets ?? placeholders(settings.keptSecrets ?? []))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const field = error.field === undefined || /^(config|secrets)\b/.test(error.field) ? error.field : `config.${error.field}`
    throw new Failure(error.reason, error.message, { next: error.next, cause: error, ...(field === undefined ? {} : { field }) })
  }
}

/** Messages that a value is missing, of another kind, too short or too long, which quote no value. */
const SAYS_NO_VALUE = /^(is required|must be (text|an object|a list)|must have at (least|most) [\d,]+ (characters?|items?))$/u

/** Parses secrets by the connector's schema; errors do not contain their values. */
export const parseSecrets = (connector: Connector, secrets: Readonly<Record<string, unknown>>): unknown => {
  try {
    return parseWith(connector.secretSchema, secrets, ['secrets'])
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error
    // The message of a rule may quote the value it checked.
    throw new InvalidRequest(
      error.errors.map(({ path, code, message }) => ({
        path,
        code,
        message: code === 'unknown_field' || SAYS_NO_VALUE.test(message) ? message : 'is missing or not valid',
      })),
    )
  }
}

const placeholders = (names: readonly string[]): Readonly<Record<string, string>> => Object.fromEntries(names.map((name) => [name, 'set']))

type Step = TestResult['steps'][number]

const STEPS: readonly Step['name'][] = ['config', 'address', 'dns', 'reach', 'tls', 'auth', 'permission', 'content', 'mapping', 'records', 'speed']
const IS_ADDRESS = /^(URL_|EGRESS_|GIT_URL_|PATH_)/

/**
 * Returns the result of a test whose settings are invalid, as a worker would return it. They are not passed on: anything entered in the wrong place,
 * e.g. a password among the settings, is stored nowhere. Rethrows what is not a failure of the settings.
 */
export const refuseForm = (thrown: unknown): TestResult => {
  if (!(thrown instanceof Failure)) throw thrown
  const { reason, message, next, field } = thrown
  const failedAt = stepOf(reason)
  const steps = STEPS.map((name, at): Step => {
    if (at === failedAt) return { name, status: 'failed', code: reason, message, next }
    return { name, status: at < failedAt ? 'passed' : 'skipped', code: null, message: null, next: null }
  })
  const nothing = { capabilities: null, records: [], rejected: [], warnings: [], logs: [], truncated: false }
  const metrics = { requests: 0, records: 0, recordBytes: 0, durationMs: 0 }
  return { ok: false, failure: { reason, message, next, ...(field === undefined ? {} : { field }) }, steps, ...nothing, metrics }
}

const stepOf = (reason: Reason): number => STEPS.indexOf(IS_ADDRESS.test(reason) ? 'address' : 'config')

/** Compiles the expressions of a mapping. Throws MAPPING_SYNTAX with the position. */
export const checkMappingForm = (given: VersionContent['mapping'] | undefined): Mapping | null => {
  const mapping = (given ?? null) as Mapping | null
  checkMapping(mapping)
  return mapping
}

/** Validates a schedule. Throws INVALID_CRON, CRON_NEVER_FIRES, INVALID_TIMEZONE. */
export const toSchedule = (schedule: Schedule | null | undefined): Schedule | null =>
  schedule === null || schedule === undefined ? null : parseSchedule(schedule.cron, schedule.timeZone)

export const toSeconds = (duration: string | null | undefined): number | undefined =>
  duration === null || duration === undefined ? undefined : (durationSeconds(duration) ?? undefined)
