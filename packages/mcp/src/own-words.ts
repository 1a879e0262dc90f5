import { fillStep, isApiReason, isReason, nextStepOf } from '@inlet/domain'
import { shortenText } from './fit.js'
import { type ApiRefusal, ToolRefusal } from './inlet-api.js'
import { cleanText, markUntrusted } from './untrusted.js'

/** The step from the table: the failure's own may repeat what another system asked for. */
export const stepOf = (reason: string | null, source: string): string => fillStep(nextStepOf(reason), source)

/** Returns a reason if it is one of ours. */
export const knownReason = (reason: string): string => (isReason(reason) ? reason : 'INTERNAL')

/** Returns the code of a warning. */
export const knownCode = (code: string): string => (/^[A-Z][A-Z\d_]{0,59}$/u.test(code) ? code : 'WARNING')

const MAX_MESSAGE = 500
/** Returns what another system said, as text for `data`. */
export const quoted = (text: string): string => shortenText(cleanText(text), MAX_MESSAGE)

const ELSEWHERE = 'data.message says what happened, maybe in words of another system'

/** What a review of a draft or a plan responds with quotes what a worker found in records and on other systems. */
const QUOTING: ReadonlySet<string> = new Set(['PUBLISH_BLOCKED', 'EXAMPLES_BROKEN', 'SIGNATURE_INVALID'])

/**
 * Converts a refusal of the API to what an agent reads. Refusals of a request are in our words. All others may repeat what a foreign system
 * answered: their words are moved to `data`.
 */
export const toRefusalView = (refusal: ApiRefusal): object => {
  const { code, message, next } = refusal
  return refusal instanceof ToolRefusal || (isApiReason(code) && !QUOTING.has(code))
    ? { code, message: cleanText(message), next: next ?? null }
    : {
        code: knownReason(code),
        message: ELSEWHERE,
        next: stepOf(code, '<source>'),
        data: markUntrusted('another system', { message: quoted(message), next: quoted(next ?? '') }),
      }
}

/** For a call that failed inside of Inlet. */
export const NO_ANSWER = {
  code: 'INTERNAL',
  message: 'the call could not be answered',
  next: 'Repeat it in a moment. If it fails again, an operator finds the cause in the log of the API.',
}
