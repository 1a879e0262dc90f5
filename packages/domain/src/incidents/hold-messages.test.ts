import { describe, expect, it } from 'vitest'
import { type HoldRules, holdUntil } from './hold-messages.js'

const NIGHT = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }
const NOON = { from: '12:00', to: '13:30', timeZone: 'UTC' }
const at = (text: string): Date => new Date(text)
const until = (rules: Partial<HoldRules>, now: string, held: string | null = null): string | null =>
  holdUntil({ quietHours: null, groupMinutes: 0, ...rules }, at(now), held === null ? null : at(held))?.toISOString() ?? null

describe('holdUntil', () => {
  it.each<[string, Partial<HoldRules>, string, string | null]>([
    ['nothing asked for', {}, '2026-11-28T03:00:00Z', null],
    ['by day', { quietHours: NIGHT }, '2026-11-28T12:00:00Z', null],
    ['before midnight', { quietHours: NIGHT }, '2026-11-28T21:30:00Z', '2026-11-29T06:00:00.000Z'],
    ['after midnight', { quietHours: NIGHT }, '2026-11-29T03:00:00Z', '2026-11-29T06:00:00.000Z'],
    ['in summer time', { quietHours: NIGHT }, '2026-07-01T20:00:00Z', '2026-07-02T05:00:00.000Z'],
    ['its first minute', { quietHours: NOON }, '2026-11-28T12:00:00Z', '2026-11-28T13:30:00.000Z'],
    ['its end', { quietHours: NOON }, '2026-11-28T13:30:00Z', null],
    ['a group', { groupMinutes: 10 }, '2026-11-28T12:00:00Z', '2026-11-28T12:10:00.000Z'],
    ['a group that would end in the quiet hours', { quietHours: NOON, groupMinutes: 10 }, '2026-11-28T11:55:00Z', '2026-11-28T13:30:00.000Z'],
  ])('%s', (_title, rules, now, expected) => expect(until(rules, now)).toBe(expected))

  it('uses the end of a hold already in effect', () => {
    expect(until({ groupMinutes: 10 }, '2026-11-28T12:05:00Z', '2026-11-28T12:10:00Z')).toBe('2026-11-28T12:10:00.000Z')
  })
})
