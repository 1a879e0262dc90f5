import { isRechecked } from '../sources/recheck.js'
import { FAILURE_CODES, type FailureCode, type WhoActs } from './failure-codes.js'
import { isReason, REASONS } from './reasons.js'

/** What to do about a failure: as the failure itself says, else as its reason does. */
export const nextStepOf = (reason: string | null, own: string | null = null): string =>
  own !== null && own !== '' ? own : reason !== null && isReason(reason) ? REASONS[reason].next : REASONS.INTERNAL.next

const CONTINUES =
  'Once that is done it continues by itself at one of the next checks, or at once with `inlet sources resume {source}` (POST /v1/sources/{id}/resume).'

/** The same about a source that has stopped: a fault that may be repaired elsewhere is looked for from time to time. */
export const stepOfStopped = (reason: string | null, own: string | null = null): string =>
  isRechecked(reason) ? `${nextStepOf(reason, own)} ${CONTINUES}` : nextStepOf(reason, own)

/** Who repairs a fault. A reason that is not known comes from another version, which operators run. */
export const whoActs = (reason: string | null): WhoActs => {
  if (reason === null || !isReason(reason)) return 'operator'
  const rule: { readonly code: FailureCode; readonly who?: WhoActs } = REASONS[reason]
  return rule.who ?? FAILURE_CODES[rule.code].who
}

/** The secrets a source is read with, for steps that set them again. */
export interface StepSecrets {
  /** Those that are set; given ones replace all of them. */
  readonly names: readonly string[]
  /** The shared credential they belong to; null for those of the source alone. */
  readonly credential: { readonly id: string; readonly name: string } | null
}

/** A step with the source it is about in the commands and requests that it names, and with the secrets they set. `source`: slug or id. */
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

/** `shop-eu`, `accessKeyId` → `SHOP_EU`, `ACCESS_KEY_ID`; an id begins with a letter. */
const toVariable = (name: string): string =>
  name
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, '_')
    .replaceAll(/[^\w]+/g, '_')
    .replace(/^(?=\d)/, 'S_')
    .toUpperCase()
