import { expect, it } from 'vitest'
import { parseRobots } from './robots-rules.js'

const url = 'https://e.com/robots.txt'

it('obeys the group of our name, else that for all', () => {
  const text =
    'User-agent: *\nDisallow: /private\nCrawl-delay: 2\n\nUser-agent: InletBot\nDisallow: /a*/b$\nAllow: /\n\nSitemap: https://e.com/map.xml'
  const ours = parseRobots(url, text, 'InletBot/1.0 (+https://example.com)')
  expect(['/private', '/ax/b', '/ax/bc'].map((path) => ours.allows(`https://e.com${path}`))).toEqual([true, false, true])
  expect(ours.sitemaps).toEqual(['https://e.com/map.xml'])
  const other = parseRobots(url, text, 'Other/1.0')
  expect(other.allows('https://e.com/private/x')).toBe(false)
  expect(other.crawlDelayMs).toBe(2_000)
})

it('resolves sitemaps against its own address', () => {
  expect(parseRobots(url, 'Sitemap: /index.xml\nSitemap: more/two.xml\nSitemap: //e.com/three.xml\nSitemap: http://', 'x').sitemaps).toEqual([
    'https://e.com/index.xml',
    'https://e.com/more/two.xml',
    'https://e.com/three.xml',
  ])
})

it('caps an absurd delay and reads nonsense as permission', () => {
  expect(parseRobots(url, 'User-agent: *\nCrawl-delay: 99999', 'x').crawlDelayMs).toBe(60_000)
  expect(parseRobots(url, 'User-agent: *\nCrawl-delay: -1\n\0\uffff:::', 'x')).toMatchObject({ crawlDelayMs: 0, sitemaps: [] })
})
