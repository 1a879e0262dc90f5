import { expect, it } from 'vitest'
import { suggestSlugs } from './lookup.js'

const KNOWN = ['demo-git', 'demo-web', 'docs', 'orders', 'orders-archive']

it.each([
  ['doc', ['docs']],
  ['ordes', ['orders']],
  ['dcos', ['docs']],
  ['demo', ['demo-git', 'demo-web']],
  ['archive', ['orders-archive']],
  ['crm', []],
])('for %s suggests %j', (slug, suggested) => {
  expect(suggestSlugs(slug, KNOWN)).toEqual(suggested)
})
