import { describe, expect, it } from 'vitest'
import { shownName } from './shown-name.js'

describe('a name as it is shown', () => {
  it.each([
    ['Orders of 東京', 'Orders of 東京'],
    ['', '(no visible name)'],
    [' \t\u00a0', '(no visible name)'],
    ['\u200b\u200b\ufeff', '(no visible name)'],
    ['\u0301\u0301', '(no visible name)'],
    ['\u202eevil', 'evil'],
    ['Na\u0303o', 'Na\u0303o'],
    [`Z${'\u0300'.repeat(50)}a`, `Z${'\u0300'.repeat(4)}a`],
    ['<b>x</b>', '<b>x</b>'],
  ])('%j is %j', (name, shown) => expect(shownName(name)).toBe(shown))

  it('cuts where people count characters, and only what is too long', () => {
    expect(shownName('👩‍👩‍👧‍👦'.repeat(5), { max: 3 })).toBe(`${'👩‍👩‍👧‍👦'.repeat(3)}…`)
    expect(shownName('👩‍👩‍👧‍👦'.repeat(3), { max: 3 })).toBe('👩‍👩‍👧‍👦'.repeat(3))
    expect(shownName('one two three', { max: 4 })).toBe('one…')
  })

  it('shows what is given for it in place of a name that nobody could see', () => expect(shownName('  ', { or: 'shop' })).toBe('shop'))
})
