import { stepOfStopped } from '../errors/next-step.js'
import { isReason } from '../errors/reasons.js'
import { asksOwner, type Blocker } from './blocker.js'
import { faultOf } from './fault-of.js'
import { recheckText } from './since.js'
import type { WhyFacts } from './why-facts.js'

/** Whether a source is in ERROR without a run that tries again. */
export const inError = (facts: WhyFacts): boolean => facts.status === 'ERROR' && facts.run === null
/** A failure's own next step applies only to that failure: a later one may have another reason. */
const ownStep = ({ statusReason, lastRun }: WhyFacts): string | null => (lastRun?.reason === statusReason ? lastRun.next : null)
/** Returns what stopped the source. */
export const errorOf = (facts: WhyFacts): Blocker => ({
  ...faultOf(facts.statusReason, {
    message: `${facts.statusMessage ?? 'the last run failed'}${laterFailureOf(facts)}${recheckText(facts)}`,
    next: stepOfStopped(facts.statusReason, ownStep(facts)),
  }),
  ...(facts.statusReason !== null && isReason(facts.statusReason) ? { code: facts.statusReason } : {}),
})

/** Describes a later failure: a run requested since then may fail for another reason. */
const laterFailureOf = ({ statusReason, lastRun }: WhyFacts): string =>
  lastRun?.outcome === 'failed' && lastRun.reason !== null && lastRun.reason !== statusReason
    ? `; the latest run failed for another reason: ${lastRun.reason}: ${lastRun.message ?? ''}`
    : ''

/** Returns a blocker for a suspended source: it is tried again automatically, but its owner may resume it at once. */
export const suspensionOf = (facts: WhyFacts): Blocker => {
  const { message, next, reason } = errorOf(facts)
  return asksOwner(`${message}${facts.restartAt === null ? '' : '; it is retried automatically, alone in a worker'}`, next, facts.restartAt, reason)
}
