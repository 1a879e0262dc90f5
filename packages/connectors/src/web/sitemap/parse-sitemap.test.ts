import { expect, it } from 'vitest'
import { parseSitemap } from './parse-sitemap.js'

const parse = (text: string, max = 10) => parseSitemap(text, 'https://e.com/sitemap.xml', max)
const head = '<?xml version="1.0" encoding="UTF-8"?>'

it('reads pages with lastmod, even with a prefix and CDATA', async () => {
  const text = `${head}<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:i="i"><s:url><s:loc> https://e.com/a?x=1&amp;y=2 </s:loc><s:lastmod>2024-01-02</s:lastmod><i:image><i:loc>https://e.com/i.png</i:loc></i:image></s:url><s:url><s:loc><![CDATA[https://e.com/b]]></s:loc></s:url></s:urlset>`
  expect(await parse(text)).toEqual({
    pages: [{ url: 'https://e.com/a?x=1&y=2', lastmod: '2024-01-02' }, { url: 'https://e.com/b' }],
    sitemaps: [],
    cut: false,
    damage: null,
  })
})

it('reads an index and a list of lines', async () => {
  expect(await parse(`\ufeff${head}<sitemapindex><sitemap><loc>https://e.com/1.xml.gz</loc></sitemap></sitemapindex>`)).toEqual({
    pages: [],
    sitemaps: ['https://e.com/1.xml.gz'],
    cut: false,
    damage: null,
  })
  expect(await parse('https://e.com/a\r\n\nhttps://e.com/b\nx')).toMatchObject({ pages: [{ url: 'https://e.com/a' }, { url: 'https://e.com/b' }] })
})

it('reports when there are more entries than wanted', async () => {
  expect(await parse(`<urlset>${'<url><loc>https://e.com/a</loc></url>'.repeat(11)}</urlset>`)).toMatchObject({ cut: true })
})

it.each(['<!DOCTYPE html><html></html>', '<rss><channel/></rss>', 'nothing', ''])('does not take %j for a sitemap', async (text) => {
  expect(await parse(text)).toBeNull()
})

const entries = '<url><loc>https://e.com/s0</loc></url><url><loc>https://e.com/s1</loc></url>'
it.each([
  ['cut off behind an entry', `<urlset>${entries}`, 'ends in the middle'],
  ['cut off in an address', `<urlset>${entries}<url><loc>https://e.com/s`, 'ends in the middle'],
  ['a bare ampersand', `<urlset><url><loc>https://e.com/q?a=1&b=2</loc></url>${entries}</urlset>`, 'not escaped'],
  ['an entity of HTML', `<urlset><url><loc>https://e.com/x-&Acirc;</loc></url>${entries}</urlset>`, 'entity'],
  ['an element that is not closed', `<urlset><url><loc>https://e.com/a</url>${entries}</urlset>`, 'do not close in order'],
  ['a DOCTYPE without an end', `<!DOCTYPE urlset [<urlset>${entries}</urlset>`, 'DOCTYPE'],
  [
    'an entity that stands for more',
    `<!DOCTYPE u [<!ENTITY a "b"><!ENTITY c "&a;">]><urlset>${entries}<url><loc>https://e.com/&c;</loc></url></urlset>`,
    'it has',
  ],
])('reads what is intact of one with %s, and reports the damage', async (_what, text, damage) => {
  const found = await parse(head + text)
  expect(found?.damage).toContain(damage)
  expect(found?.pages.map(({ url }) => url)).toEqual(expect.arrayContaining(['https://e.com/s0', 'https://e.com/s1']))
})

it('takes a bare ampersand as one', async () => {
  expect((await parse('<urlset><url><loc>https://e.com/q?a=1&b=2</loc></url></urlset>'))?.pages).toEqual([{ url: 'https://e.com/q?a=1&b=2' }])
})

it('handles empty elements', async () => {
  expect(await parse(`${head}<urlset><url><loc>https://e.com/a</loc><lastmod/><x:y/></url></urlset>`)).toMatchObject({
    pages: [{ url: 'https://e.com/a' }],
    damage: null,
  })
  expect(await parse('<urlset/>')).toMatchObject({ pages: [], damage: null })
})

it('skips a DOCTYPE, and resolves URLs against its own', async () => {
  const text = `${head}<!DOCTYPE urlset PUBLIC "-//E//DTD" "http://dtd.example/s.dtd" [<!ENTITY h "https://e.com">]><urlset><url><loc>&h;/a</loc></url><url><loc>/b</loc></url></urlset>`
  expect(await parse(text)).toMatchObject({ pages: [{ url: 'https://e.com/a' }, { url: 'https://e.com/b' }], damage: null })
})
