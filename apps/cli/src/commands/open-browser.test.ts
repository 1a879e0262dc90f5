import { describe, expect, it } from 'vitest'
import { browserCommand } from './open-browser.js'

describe('browserCommand', () => {
  const desktop = { platform: 'linux', isTerminal: true, env: { DISPLAY: ':0' } } as const

  it.each([
    [desktop, 'xdg-open'],
    [{ ...desktop, env: { WAYLAND_DISPLAY: 'wayland-0' } }, 'xdg-open'],
    [{ ...desktop, platform: 'darwin', env: {} } as const, 'open'],
    [{ ...desktop, env: {} }, null],
    [{ ...desktop, isTerminal: false }, null],
    [{ ...desktop, env: { DISPLAY: ':0', CI: '1' } }, null],
  ])('%j: %s', (given, expected) => {
    expect(browserCommand(given)).toBe(expected)
  })
})
