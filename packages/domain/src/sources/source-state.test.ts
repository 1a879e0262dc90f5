import { describe, expect, it } from 'vitest'
import { Failure } from '../errors/failure.js'
import { nameKey, parseSourceName, slugify } from './source-name.js'
import { type SourceFacts, type SourceState, toSourceState } from './source-state.js'

const facts: SourceFacts = { status: 'ACTIVE', activeRun: null, leaseLive: false, lastOutcome: 'ok' }

describe('toSourceState', () => {
  it.each<[Partial<SourceFacts>, SourceState]>([
    [{ activeRun: 'running', leaseLive: true }, 'RUNNING'],
    [{ activeRun: 'running', leaseLive: true, status: 'PAUSED' }, 'RUNNING'],
    [{ activeRun: 'running', leaseLive: false }, 'STARTING'],
    [{ activeRun: 'queued', status: 'ERROR' }, 'STARTING'],
    [{ activeRun: 'parked' }, 'STARTING'],
    [{ activeRun: 'ended' }, 'STOPPED'],
    [{ status: 'ERROR' }, 'ERROR'],
    [{ status: 'PAUSED', lastOutcome: 'failed' }, 'STOPPED'],
    [{ status: 'STOPPED', lastOutcome: 'failed' }, 'STOPPED'],
    [{ status: 'STOPPED', activeRun: 'running', leaseLive: true }, 'RUNNING'],
    [{ lastOutcome: null }, 'INIT'],
    [{ lastOutcome: 'failed' }, 'ERROR'],
    [{}, 'STOPPED'],
  ])('%j is %s', (change, state) => {
    expect(toSourceState({ ...facts, ...change })).toBe(state)
  })
})

describe('names', () => {
  it('compares without case, form and white space', () => {
    expect(nameKey('  Caf\u00e9   BAR ')).toBe(nameKey('cafe\u0301 bar'))
    expect(nameKey('a')).not.toBe(nameKey('b'))
  })
  it.each(['', '   ', 'x'.repeat(256), 'a\u0000b', 'a\nb', 'a\u007fb', 'a\ud800b'])('refuses %j', (name) => {
    expect(() => parseSourceName(name)).toThrow(Failure)
  })
  it('keeps the rest, in NFC and trimmed', () => {
    expect(parseSourceName(' Cafe\u0301 ')).toBe('Caf\u00e9')
    expect(parseSourceName('x'.repeat(255))).toHaveLength(255)
  })
  it.each([
    ['My Source!', 'my-source'],
    ['Café Über', 'cafe-uber'],
    ['--a--', 'a'],
    ['日本', 'source'],
    ['a'.repeat(62) + ' b', 'a'.repeat(62)],
  ])('makes a slug of %j', (name, slug) => {
    expect(slugify(name)).toBe(slug)
  })
})
