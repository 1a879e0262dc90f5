import type { Blocker } from './blocker.js'
import { type Remark, remarksOn } from './remarks.js'
import type { WhyFacts } from './why-facts.js'
import { WHY_RULES } from './why-rules.js'

export interface WhyAnswer {
  readonly blocker: Required<Blocker>
  /** What was checked, in order, up to the blocker; all but the last passed. */
  readonly checks: readonly { readonly check: string; readonly passed: boolean }[]
  /** What else is to be said, though it keeps nothing from running. */
  readonly remarks: readonly Remark[]
}

/** Returns why a source is not running now: the first blocker, what was checked before it, and what else is to be said. Pure. */
export const explainWhy = (facts: WhyFacts): WhyAnswer => {
  const checks: { check: string; passed: boolean }[] = []
  for (const { code, check, find } of WHY_RULES) {
    const blocker = find(facts)
    checks.push({ check, passed: blocker === null })
    if (blocker === null) continue
    return {
      blocker: { ...blocker, code: blocker.code ?? code, inQuarantine: blocker.inQuarantine ?? false },
      checks,
      remarks: remarksOn(facts, blocker),
    }
  }
  throw new Error('the last rule finds something always')
}
