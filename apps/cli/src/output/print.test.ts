import { describe, expect, it } from 'vitest'
import { outputOf, toLines, toStreamLine } from './print.js'

const shown = {
  document: {
    items: [
      { id: '1', slug: 'docs' },
      { id: '2', name: 'x' },
    ],
  },
  lines: () => ['narrow'],
  wide: () => ['wide'],
}

describe('-o', () => {
  it('prints the same document for people and programs', () => {
    expect(toLines('table', shown)).toEqual(['narrow'])
    expect(toLines('wide', shown)).toEqual(['wide'])
    expect(JSON.parse(toLines('json', shown).join('\n'))).toEqual(shown.document)
    expect(toLines('yaml', shown)).toEqual(['items:\n  - id: "1"\n    slug: docs\n  - id: "2"\n    name: x'])
    expect(toLines('name', shown)).toEqual(['docs', '2'])
    expect(toLines('name', { ...shown, names: () => ['own'] })).toEqual(['own'])
    expect(toLines('wide', { document: {}, lines: () => ['only'] })).toEqual(['only'])
  })
  it('reports when there is no name', () => {
    expect(() => toLines('name', { document: { ok: true }, lines: () => [] })).toThrow('no names to print')
  })
  it('is JSON with --json, and streams documents one after the other', () => {
    expect([outputOf({ json: true }), outputOf({}), outputOf({ output: 'yaml' })]).toEqual(['json', 'table', 'yaml'])
    const line = (output: 'json' | 'yaml' | 'name' | 'table') => toStreamLine({ output }, { id: '7' }, () => 'seven')
    expect(['json', 'yaml', 'name', 'table'].map((output) => line(output as 'json'))).toEqual(['{"id":"7"}', '---\nid: "7"', '7', 'seven'])
  })
})
