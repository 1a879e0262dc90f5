import { describe, expect, it } from 'vitest'
import { createTerminal } from './terminal.js'

const capture = (isTTY: boolean) => {
  let text = ''
  const terminal = createTerminal({
    isTTY,
    write: (part) => {
      text += part
    },
  })
  return { terminal, text: () => text }
}

describe('createTerminal', () => {
  it('prints plain text into a pipe, each line of a block once', () => {
    const { terminal, text } = capture(false)
    terminal.line(terminal.bold('a') + terminal.dim('b'))
    terminal.block(['x', 'y'])
    terminal.block(['x', 'z'])
    terminal.endBlock()
    terminal.block(['x'])
    expect(text()).toBe('ab\nx\ny\nz\nx\n')
  })
  it('redraws a block in place on a terminal', () => {
    const { terminal, text } = capture(true)
    terminal.block(['x', 'y'])
    terminal.block(['z'])
    terminal.endBlock()
    terminal.block(['w'])
    expect(text()).toBe('x\ny\n\u001b[2A\u001b[Jz\nw\n')
  })
  it.each([true, false])('says whether a step succeeded (terminal: %s)', async (isTTY) => {
    const { terminal, text } = capture(isTTY)
    expect(await terminal.step('good', async () => 5)).toBe(5)
    await expect(terminal.step('bad', async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(text()).toMatch(/✔ good[^]*✘ bad/)
  })
})
