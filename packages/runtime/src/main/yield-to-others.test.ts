import { spawn } from 'node:child_process'
import { once } from 'node:events'
import os from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { BACKGROUND, LAST, yieldToOthers } from './yield-to-others.js'

describe('yielding to other processes', () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  afterEach(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  it('lowers the priority, does not raise it again, and does without processes that are gone', () => {
    const pid = child.pid as number
    yieldToOthers(pid, LAST)
    expect(os.getPriority(pid)).toBe(LAST)
    yieldToOthers(pid, BACKGROUND)
    expect(os.getPriority(pid)).toBe(LAST)
    expect(() => yieldToOthers(2 ** 22 + 1, LAST)).not.toThrow()
  })
})
