import { REASONS } from '../errors/reasons.js'
import type { Blocker } from './blocker.js'
import { type Remark, remarksOn } from './remarks.js'
import type { WhyFacts } from './why-facts.js'
import { WHY_RULES } from './why-rules.js'
import { withoutQuotes } from './without-quotes.js'

export interface WhyAnswer {
  readonly blocker: Required<Blocker> & {
    /** What it says without the words of other systems and records, which `message` and `next` may quote. */
    readonly unquoted: Pick<Blocker, 'message' | 'next'>
  }
  /** What was checked, in order, up to the blocker; all but the last passed. */
  readonly checks: readonly { readonly check: string; readonly passed: boolean }[]
  /** What else is to be said, though it keeps nothing from running. */
  readonly remarks: readonly Remark[]
}

const NOT_SAID = { message: 'what keeps it from running is said only in words of another system', next: REASONS.INTERNAL.next }

/** Returns why a source is not running now: the first blocker, what was checked before it, and what else is to be said. Pure. */
export const explainWhy = (facts: WhyFacts): WhyAnswer => {
  const checks: { check: string; passed: boolean }[] = []
  for (const { code, check, find } of WHY_RULES) {
    const blocker = find(facts)
    checks.push({ check, passed: blocker === null })
    if (blocker === null) continue
    const { message, next } = find(withoutQuotes(facts)) ?? NOT_SAID
    return {
      blocker: { ...blocker, code: blocker.code ?? code, inQuarantine: blocker.inQuarantine ?? false, unquoted: { message, next } },
      checks,
      remarks: remarksOn(facts, blocker),
    }
  }
  throw new Error('the last rule finds something always')
}
