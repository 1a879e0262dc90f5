import { describe, expect, it } from 'vitest'
import { stepOverDoctype } from './step-over-doctype.js'

const of = (doctype: string, body: string) => stepOverDoctype(`<?xml version="1.0"?>\n<!-- <!DOCTYPE no> -->${doctype}${body}`)
const text = (body: string) => `<?xml version="1.0"?>\n<!-- <!DOCTYPE no> -->${body}`

describe('stepOverDoctype', () => {
  it.each([
    ['', '<a/>', '<a/>'],
    ['<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://e.com/x>y.dtd">', '<a/>', '<a/>'],
    [`<!doctype rss SYSTEM 'x'>`, '<a/>', '<a/>'],
    ['<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY e "&#xE9;">]>', '<a t="&nbsp;">&e;&amp;</a>', '<a t="\u00a0">\u00e9&amp;</a>'],
    ['<!DOCTYPE rss [<!-- ]> --><!ELEMENT a (b)><!ENTITY x "a]>b">]>', '<a>&x;</a>', '<a>a]>b</a>'],
    ['<!DOCTYPE r [<!ENTITY x "1"><!ENTITY x "2">]>', '<a><![CDATA[&x;]]><!--&x;-->&x;&y;</a>', '<a><![CDATA[&x;]]><!--&x;-->1&y;</a>'],
    ['<!DOCTYPE r [<!ENTITY % p SYSTEM "http://e.com/p"> %p;]>', '<a>b</a>', '<a>b</a>'],
  ])('%s %s', (doctype, body, expected) => {
    expect(of(doctype, body)).toEqual({ text: text(expected), left: [] })
  })

  it.each([
    ['<!ENTITY a "x"><!ENTITY b "&a;&a;">', '<r>&b;</r>', ['b']],
    ['<!ENTITY b SYSTEM "file:///etc/passwd">', '<r>&b;</r>', ['b']],
    ['<!ENTITY b "<c/>">', '<r>&b;</r>', ['b']],
    ['<!ENTITY b "&#60;c/>">', '<r>&b;</r>', ['b']],
  ])('leaves references to more than characters as text: %s', (entities, body, left) => {
    expect(of(`<!DOCTYPE r [${entities}]>`, body)).toEqual({ text: text(body), left })
  })

  it('bounds what entities add', () => {
    const found = of(`<!DOCTYPE r [<!ENTITY a "${'x'.repeat(200)}">]>`, `<r>${'&a;'.repeat(100_000)}</r>`)
    expect(found?.text.length).toBeLessThan(2_000_000)
    expect(found?.left).toEqual(['a'])
  })

  it.each(['<!DOCTYPE r [', `<!DOCTYPE r "${'x'.repeat(70_000)}`])('refuses one that does not end: %.20s', (doctype) => {
    expect(of(doctype, '<a/>')).toBeNull()
  })

  it('finds none after the first element', () => {
    expect(of('', '<a><!DOCTYPE x></a>')?.text).toBe(text('<a><!DOCTYPE x></a>'))
  })
})
