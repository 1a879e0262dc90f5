import { describe, expect, it } from 'vitest'
import { createRepeatGate } from './repeat-gate.js'

const open = () => {
  const due: (() => void)[] = []
  const lines: string[] = []
  const gate = createRepeatGate({ windowMs: 60_000, later: (work) => void due.push(work) })
  return {
    lines,
    say: (key: string, text = key) => gate.pass(key, (repeated) => void lines.push(repeated === 0 ? text : `${text} +${repeated}`)),
    /** Ends the open windows. */
    pass: () => due.splice(0).forEach((work) => work()),
    waits: () => due.length,
  }
}

describe('the gate for repeated lines', () => {
  it('lets the first line through at once, and one with a count for those that follow in each window', () => {
    const { lines, say, pass, waits } = open()
    for (let n = 1; n <= 5; n += 1) say('a', `a${n}`)
    say('b')
    expect(lines).toEqual(['a1', 'b'])
    pass()
    expect(lines).toEqual(['a1', 'b', 'a5 +3'])
    say('a', 'a6')
    pass()
    expect(lines.at(-1)).toBe('a6')
    pass()
    say('a', 'a7')
    expect(lines.at(-1)).toBe('a7')
    pass()
    pass()
    expect([lines.length, waits()]).toEqual([5, 0])
  })

  it('remembers a bounded number of lines, and lets the others through', () => {
    const { lines, say } = open()
    for (let n = 0; n < 1_005; n += 1) say(`k${n}`)
    for (let n = 995; n < 1_005; n += 1) say(`k${n}`)
    expect(lines).toHaveLength(1_010)
  })
})
