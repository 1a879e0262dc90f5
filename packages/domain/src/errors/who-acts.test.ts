import { describe, expect, it } from 'vitest'
import { isRechecked } from '../sources/recheck.js'
import { nextStepOf, stepOfStopped, whoActs } from './next-step.js'
import { REASONS, type Reason } from './reasons.js'

const ALL = Object.keys(REASONS) as Reason[]

/** Lists what is wrong with the advice of a reason. */
const findFaults = (reason: Reason): readonly string[] => {
  const who = whoActs(reason)
  const step = nextStepOf(reason)
  const nothingToDo = /^nothing to do/i.test(step)
  const found: [boolean, string][] = [
    [nothingToDo && who !== 'nobody', 'somebody is asked to do nothing'],
    [/INLET_|on every worker|the log of the process/.test(step) && who !== 'operator' && !step.includes('operator'), 'it is for operators'],
    [/^(?:Resume the source first|.*then resume)\b/.test(step) && !step.includes('POST /v1/sources/{id}/resume'), 'it does not say how'],
  ]
  return found.flatMap(([applies, fault]) => (applies ? [fault] : []))
}

describe('every reason', () => {
  it.each(ALL)('%s asks somebody who can do what it says', (reason) => {
    expect(findFaults(reason)).toEqual([])
  })

  it('says that a stopped source continues by itself if it does', () => {
    for (const reason of ALL) expect(stepOfStopped(reason).includes('/resume')).toBe(isRechecked(reason) || nextStepOf(reason).includes('/resume'))
    expect(stepOfStopped('AUTH_FAILED', 'Renew it.')).toMatch(/^Renew it\. Once that is done/)
  })

  it('leaves unknown reasons to operators', () => {
    expect([whoActs('OF_ANOTHER_VERSION'), whoActs(null), whoActs('toString')]).toEqual(['operator', 'operator', 'operator'])
  })
})
