import { expect, it } from 'vitest'
import { toSettings } from './settings.js'

const SCHEMA = {
  properties: {
    startUrls: { type: 'array', items: { type: 'string' } },
    port: { type: 'integer' },
    stats: { type: 'boolean' },
    password: { type: 'string' },
    tls: { type: 'object', properties: { mode: { type: 'string' }, strict: { type: 'boolean' } } },
    tables: { type: 'array', items: { type: 'object' } },
    auth: { oneOf: [{ properties: { kind: { type: 'string' } } }, { properties: { ports: { type: 'array', items: { type: 'integer' } } } }] },
  },
}

it.each([
  [
    'lists, from commas and repetition',
    ['startUrls=https://a.test,https://b.test', 'startUrls=https://c.test'],
    { startUrls: ['https://a.test', 'https://b.test', 'https://c.test'] },
  ],
  ['a list in JSON', ['startUrls=["a,b"]'], { startUrls: ['a,b'] }],
  ['numbers and switches', ['port=5432', 'stats=true'], { port: 5432, stats: true }],
  ['text that looks like a number', ['password=0123'], { password: '0123' }],
  ['objects by dots', ['tls.mode=disable', 'tls.strict=false'], { tls: { mode: 'disable', strict: false } }],
  [
    'lists of objects',
    ['tables={"name":"a","cursorColumn":"b"}', 'tables={"name":"c"}'],
    { tables: [{ name: 'a', cursorColumn: 'b' }, { name: 'c' }] },
  ],
  ['one of several shapes', ['auth.ports=1,2'], { auth: { ports: [1, 2] } }],
  ['what is wrong, for the API to say', ['port=many', 'unknown=1'], { port: 'many', unknown: '1' }],
  ['a value with =', ['password=a=b'], { password: 'a=b' }],
])('reads %s', (_what, pairs, settings) => {
  expect(toSettings(pairs, SCHEMA)).toEqual(settings)
})

it('refuses invalid pairs, and changes no prototype', () => {
  expect(() => toSettings(['port'], SCHEMA)).toThrow('write --set setting=value')
  const settings = toSettings(['__proto__.polluted=yes'], SCHEMA)
  expect(Object.keys(settings)).toEqual(['__proto__'])
  expect(({} as { polluted?: string }).polluted).toBeUndefined()
})
