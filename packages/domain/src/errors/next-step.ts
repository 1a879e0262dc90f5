import { isRechecked } from '../sources/recheck.js'
import { FAILURE_CODES, type FailureCode, type WhoActs } from './failure-codes.js'
import { isReason, REASONS } from './reasons.js'

/** Returns what to do about a failure: its own next step, otherwise that of its reason. */
export const nextStepOf = (reason: string | null, own: string | null = null): string =>
  own !== null && own !== '' ? own : reason !== null && isReason(reason) ? REASONS[reason].next : REASONS.INTERNAL.next

const CONTINUES =
  'Once that is done it continues by itself at one of the next checks, or at once with `inlet sources resume {source}` (POST /v1/sources/{id}/resume).'

/** Returns the same for a source that has stopped: a failure that may be repaired elsewhere is checked from time to time. */
export const stepOfStopped = (reason: string | null, own: string | null = null): string =>
  isRechecked(reason) ? `${nextStepOf(reason, own)} ${CONTINUES}` : nextStepOf(reason, own)

/** What operators do about a process that takes no work because its clock is wrong. */
export const STEP_OF_WRONG_CLOCK = 'Correct the clock of that machine (NTP); its processes then continue by themselves.'

/** Returns who must repair a failure. An unknown reason comes from another version, which is up to operators. */
export const whoActs = (reason: string | null): WhoActs => {
  if (reason === null || !isReason(reason)) return 'operator'
  const rule: { readonly code: FailureCode; readonly who?: WhoActs } = REASONS[reason]
  return rule.who ?? FAILURE_CODES[rule.code].who
}

/** The secrets a source is read with, for next steps that replace them. */
export interface StepSecrets {
  /** The secrets that are set; given ones replace all of them. */
  readonly names: readonly string[]
  /** The shared credential they belong to; null if they are the source's own. */
  readonly credential: { readonly id: string; readonly name: string } | null
}

/** Fills a step with the source it concerns, in the commands and requests it names, and with the secrets they set. `source`: slug or id. */
export const fillStep = (next: string, source: string, secrets: StepSecrets = { names: [], credential: null }): string =>
  withSecrets(next, source, secrets).replaceAll('{source}', source).replaceAll('/v1/sources/{id}', `/v1/sources/${source}`)

const OPTION = '--secret <name>=env:<VARIABLE>'
const OF_SOURCE = ['inlet sources update {source}', 'PATCH /v1/sources/{id}'] as const

const withSecrets = (next: string, source: string, { names, credential }: StepSecrets): string => {
  if (!next.includes(OPTION) || names.length === 0) return next
  const [command, request] = OF_SOURCE
  const ref = credential === null ? source : /^[\w.-]+$/.test(credential.name) ? credential.name : credential.id
  const options = names.map((name) => `--secret ${name}=env:${toVariable(ref)}_${toVariable(name)}`).join(' ')
  const filled = next.replaceAll(OPTION, options)
  if (credential === null) return filled
  return filled.replaceAll(command, ['inlet credentials update', ref].join(' ')).replaceAll(request, `PATCH /v1/credentials/${ref}`)
}

/** Returns the name of an environment variable: `shop-eu`, `accessKeyId` → `SHOP_EU`, `ACCESS_KEY_ID`; a leading digit gets the prefix `S_`. */
const toVariable = (name: string): string =>
  name
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_')
    .replaceAll(/[^\w]+/g, '_')
    .replace(/^(?=\d)/, 'S_')
    .toUpperCase()
