import { expect, it } from 'vitest'
import { readText } from '../../parsing/html/read-text.js'
import { withPageHeaders } from './page-headers.js'

const url = 'https://example.com/a'
const page = readText('text', { url, markdown: false })

it.each([
  [{ 'x-robots-tag': 'noindex' }, { noindex: true, nofollow: false }],
  [{ 'x-robots-tag': 'otherbot: noindex, nofollow' }, { noindex: false, nofollow: false }],
  [{ 'x-robots-tag': 'none' }, { noindex: true, nofollow: true }],
  [{ link: '</b>; rel="alternate", </c?x=1,2>; rel="canonical"' }, { canonical: 'https://example.com/c?x=1,2' }],
  [{ link: 'nonsense' }, { noindex: false }],
])('reads %j', (headers, expected) => {
  expect(withPageHeaders(page, url, headers as Record<string, string>)).toMatchObject(expected)
})
