import { expect, it } from 'vitest'
import { parseSitemap } from './parse-sitemap.js'

const parse = (text: string, max = 10) => parseSitemap(text, 'https://e.com/sitemap.xml', max)
const head = '<?xml version="1.0" encoding="UTF-8"?>'

it('reads pages with lastmod, also with a prefix and CDATA', async () => {
  const text = `${head}<s:urlset xmlns:s="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:i="i"><s:url><s:loc> https://e.com/a?x=1&amp;y=2 </s:loc><s:lastmod>2024-01-02</s:lastmod><i:image><i:loc>https://e.com/i.png</i:loc></i:image></s:url><s:url><s:loc><![CDATA[https://e.com/b]]></s:loc></s:url></s:urlset>`
  expect(await parse(text)).toEqual({
    pages: [{ url: 'https://e.com/a?x=1&y=2', lastmod: '2024-01-02' }, { url: 'https://e.com/b' }],
    sitemaps: [],
    cut: false,
  })
})

it('reads an index and a list of lines', async () => {
  expect(await parse(`\ufeff${head}<sitemapindex><sitemap><loc>https://e.com/1.xml.gz</loc></sitemap></sitemapindex>`)).toEqual({
    pages: [],
    sitemaps: ['https://e.com/1.xml.gz'],
    cut: false,
  })
  expect(await parse('https://e.com/a\r\n\nhttps://e.com/b\nx')).toMatchObject({ pages: [{ url: 'https://e.com/a' }, { url: 'https://e.com/b' }] })
})

it('says when there is more than wanted', async () => {
  expect(await parse(`<urlset>${'<url><loc>https://e.com/a</loc></url>'.repeat(11)}</urlset>`)).toMatchObject({ cut: true })
})

it.each(['<!DOCTYPE html><html></html>', '<rss><channel/></rss>', 'nothing', ''])('takes %j for no sitemap', async (text) => {
  expect(await parse(text)).toBeNull()
})

it('refuses a DOCTYPE and broken XML', async () => {
  await expect(parse(`${head}<!DOCTYPE urlset [<!ENTITY a "b">]><urlset/>`)).rejects.toMatchObject({ reason: 'XML_DTD_NOT_ALLOWED' })
  await expect(parse('<urlset><url></urlset>')).rejects.toMatchObject({ reason: 'UPSTREAM_INVALID' })
})
