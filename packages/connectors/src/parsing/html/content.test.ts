import { describe, expect, it } from 'vitest'
import { readHtml } from './read-html.js'

const read = (html: string) => readHtml(html, { url: 'https://example.com/page', inlineLinks: false, obeyNofollow: false })

/** A paragraph of prose, distinguished from others by its mark. */
const prose = (mark: string) =>
  `<p>The ferry to the island leaves at nine and comes back at six. Tickets are sold at the pier, and children travel free. ${mark} stands here.</p>`
const article = (...marks: readonly string[]) => `<h1>Winter timetable</h1>${marks.map(prose).join('')}`
const list = (mark: string, n = 6) => `<ul>${Array.from({ length: n }, (_none, at) => `<li><a href="/${at}">${mark} ${at}</a></li>`).join('')}</ul>`
const cookies = '<div class="info-box"><p>This site uses cookies to work well. You can change this in your settings at any time.</p></div>'
const page = (body: string) => `<!doctype html><html lang="en"><head><title>Winter timetable</title></head><body>${body}</body></html>`
const TEXT = ['TEXT1', 'TEXT2', 'TEXT3'] as const

describe('an article in a wrapper whose name describes the layout', () => {
  it.each([
    ['a page with a sidebar on the right', '<div class="container has_sidebar right-sidebar">', '</div>'],
    ['sidebar alone', '<div class="sidebar">', '</div>'],
    ['the id of an anchor', '<div id="anchor-link">', '</div>'],
    ['a section that is not printed', '<section class="post noprint">', '</section>'],
    ['panels of an accordion', '<div class="panel-group" role="tablist"><div role="tab"></div><div role="tabpanel">', '</div></div>'],
    ['tabs', '<div class="tabs"><div class="tab-content">', '</div></div>'],
    ['a header', '<header>', '</header>'],
    ['an aside', '<aside class="content">', '</aside>'],
    ['a banner', '<div role="banner" class="banner">', '</div>'],
    ['a footer', '<div id="footer">', '</div>'],
    ['widgets', '<div class="widget"><div class="textwidget">', '</div></div>'],
    ['a teaser', '<div class="teaser">', '</div>'],
    ['related', '<div class="related-content">', '</div>'],
    ['a menu of a restaurant', '<section id="menu">', '</section>'],
    ['navigation inside of main', '<main><div class="navigation">', '</div></main>'],
    ['columns', '<div class="left-column"><div class="right-column">', '</div></div>'],
    ['places within places', '<div class="sidebar"><div class="widget-area"><div class="toolbar">', '</div></div></div>'],
    ['newsletters', '<article class="newsletter"><div class="newsletter-content">', '</div></article>'],
  ])('%s', async (_what, before, after) => {
    const { markdown } = await read(page(`<div class="site-header"><a href="/">Home</a></div>${before}${article(...TEXT)}${after}${cookies}`))
    expect(TEXT.filter((mark) => !markdown.includes(mark))).toEqual([])
  })

  it('split into several places that are alike', async () => {
    const parts = TEXT.map((mark) => `<section class="teaser">${prose(mark)}</section>`).join('')
    const { markdown, keptBoilerplate } = await read(page(`<h1>T</h1>${parts}${cookies}`))
    expect([TEXT.filter((mark) => !markdown.includes(mark)), keptBoilerplate]).toEqual([[], true])
  })

  it('marked as the text by its author, beside more text', async () => {
    const { markdown } = await read(
      page(`<div class="sidebar"><div itemprop="articleBody">${article('TEXT1')}</div></div>${prose('About us')}${prose('Imprint')}`),
    )
    expect(markdown).toContain('TEXT1')
  })
})

describe('what is left out', () => {
  it.each([
    ['a sidebar', `<div class="sidebar">${prose('NOISE')}</div>`],
    ['comments', `<section id="comments"><h3>Comments</h3>${prose('NOISE')}${prose('NOISE')}</section>`],
    ['related articles', `<div class="related-posts"><h3>Related</h3>${prose('NOISE')}</div>`],
    ['a note on cookies', `<div class="cookie-banner">${prose('NOISE')}</div>`],
    ['a newsletter', `<div class="newsletter-signup">${prose('NOISE')}</div>`],
    ['a nav, also a long one', `<nav>${prose('NOISE')}${prose('NOISE')}${prose('NOISE')}${prose('NOISE')}</nav>`],
    [
      'hidden parts',
      `<div style="display: none">${prose('NOISE')}</div><div hidden>${prose('NOISE')}</div><div aria-hidden="true">${prose('NOISE')}</div>`,
    ],
    ['lists of links behind the text', list('NOISE')],
    ['short lines behind the text', '<h4>NOISE</h4><p>NOISE 1</p><p><a href="/x">NOISE 2</a></p>'],
  ])('%s', async (_what, noise) => {
    const { markdown, keptBoilerplate } = await read(page(`<div>${article(...TEXT)}</div>${noise}`))
    expect([TEXT.filter((mark) => !markdown.includes(mark)), markdown.includes('NOISE'), keptBoilerplate]).toEqual([[], false, undefined])
  })

  it('is not a list of links that is the content of the page', async () => {
    const { markdown } = await read(page(`<h1>Index</h1>${list('Chapter', 30)}`))
    expect(markdown).toContain('Chapter 29')
  })

  it('is not the heading and lead above the element that contains the text', async () => {
    const { markdown } = await read(
      page(
        `<header><h1>Winter timetable</h1>${prose('LEAD')}</header><div class="meta">1 May</div><div class="entry-content">${prose('TEXT1')}${prose('TEXT2')}</div>`,
      ),
    )
    expect(['# Winter', 'LEAD', 'TEXT1', 'TEXT2'].filter((mark) => !markdown.includes(mark))).toEqual([])
  })

  it('includes phonetic readings, which would interrupt the text', async () => {
    expect((await read(page('<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>を読む</p>'))).markdown).toBe('漢字を読む')
  })
})

describe('real pages', () => {
  const noise = {
    share: '<div class="share-buttons"><a href="/s">N-SHARE</a></div>',
    comments: `<div class="comments-area"><h3>N-COMMENTS</h3>${prose('N-COMMENT')}</div>`,
  }
  const nav = `<nav class="navbar">${list('N-NAV')}</nav>`
  const footer = `<footer class="site-footer">${list('N-FOOTER')}<p>N-COPYRIGHT 2026</p></footer>`
  const PAGES: readonly (readonly [string, string])[] = [
    [
      'a blog',
      `<header class="site-header"><a href="/">N-LOGO</a></header>${nav}<div id="content"><article class="post"><header><h1>C-TITLE</h1><span class="byline">N-BYLINE</span></header><div class="entry-content">${prose('C-1')}<h2>C-HEAD</h2>${prose('C-2')}<ul><li>C-ITEM</li><li>C-ITEM2</li></ul>${prose('C-3')}</div><footer class="entry-meta"><a href="/t">N-TAG</a></footer></article>${noise.share}${noise.comments}</div><aside id="secondary" class="widget-area"><h3>N-WIDGET</h3>${list('N-RECENT')}</aside>${footer}`,
    ],
    [
      'news',
      `<div class="topbar">N-TOP</div>${nav}<main><ol class="breadcrumbs"><li>N-CRUMB</li></ol><h1>C-TITLE</h1>${prose('C-LEAD')}<div class="article-body">${prose('C-1')}<div class="ad-container">N-AD</div>${prose('C-2')}<div class="related"><h4>N-REL</h4>${list('N-RELATED')}</div>${prose('C-3')}</div><div class="newsletter-box">N-LETTER</div></main>${footer}`,
    ],
    [
      'documentation',
      `${nav}<div class="sphinxsidebar">${list('N-TOC')}</div><div role="main"><h1>C-TITLE</h1>${prose('C-1')}<pre>C-CODE = 1</pre><table><tr><th>C-COL</th></tr><tr><td>C-CELL</td></tr></table>${prose('C-2')}</div><div class="related">${list('N-REL')}</div>${footer}`,
    ],
    ['tables for layout', `<table><tr><td>${list('N-LEFT')}</td><td><h1>C-TITLE</h1>${prose('C-1')}${prose('C-2')}${prose('C-3')}</td></tr></table>`],
    [
      'an accordion',
      `${nav}<div role="tablist">${['C-1', 'C-2', 'C-3'].map((mark) => `<h4 role="tab">${mark}-Q</h4><div role="tabpanel">${prose(mark)}</div>`).join('')}</div>${cookies}${footer}`,
    ],
    ['a short page', `${nav}<div><h1>C-TITLE</h1><p>C-SHORT</p></div>${footer}`],
    [
      'a recipe',
      `${nav}<div class="recipe"><h1>C-TITLE</h1><ul><li>C-FLOUR 200 g</li><li>C-EGGS 3</li></ul><ol><li>C-STEP: mix the flour with the eggs and let it rest for half an hour in a cool place.</li></ol>${prose('C-1')}</div><div class="sidebar">${list('N-SIDE')}</div>${footer}`,
    ],
  ]

  it('keep their content, and little else: F1 of .9 and recall of .97 or more overall', async () => {
    let [found, kept, wanted] = [0, 0, 0]
    for (const [, body] of PAGES) {
      const { markdown } = await read(page(body))
      const marks = [...new Set(body.match(/\b[CN]-[A-Z0-9]+/g))]
      wanted += marks.filter((mark) => mark.startsWith('C')).length
      found += marks.filter((mark) => mark.startsWith('C') && markdown.includes(mark)).length
      kept += marks.filter((mark) => mark.startsWith('N') && markdown.includes(mark)).length
    }
    const recall = found / wanted
    const precision = found / (found + kept)
    expect(recall).toBeGreaterThanOrEqual(0.97)
    expect((2 * precision * recall) / (precision + recall)).toBeGreaterThanOrEqual(0.9)
  })

  it.each(PAGES)('%s is not lost', async (_what, body) => {
    const { markdown } = await read(page(body))
    expect(markdown).toMatch(/C-(?:1|SHORT)\b/)
  })
})

describe('hostile pages', () => {
  it.each([
    ['places within places', `${'<div class="sidebar">'.repeat(400)}${prose('x').repeat(2_000)}`],
    ['places beside places', `<section class="teaser">${prose('x')}</section>`.repeat(5_000)],
    [
      'places of many names',
      Array.from({ length: 5_000 }, (_none, n) => `<div class="a${n} sidebar"><div class="b${n} widget">${prose('x')}</div></div>`).join(''),
    ],
    ['texts within texts', `${'<div class="entry-content">'.repeat(400)}${prose('x').repeat(2_000)}`],
    ['many mains', `<main>${prose('x')}</main>`.repeat(5_000)],
  ])('%s are read', async (_what, body) => {
    expect((await read(body)).markdown).toContain('ferry')
  })
})
