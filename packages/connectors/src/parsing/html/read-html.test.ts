import { describe, expect, it } from 'vitest'
import { type HtmlPage, readHtml } from './read-html.js'

const read = (body: string, head = ''): Promise<HtmlPage> =>
  readHtml(`<!doctype html><html lang="de"><head>${head}</head><body>${body}</body></html>`, {
    url: 'https://example.com/docs/page.html',
    inlineLinks: true,
    obeyNofollow: true,
  })
const markdown = async (body: string): Promise<string> => (await read(body)).markdown

describe('Markdown of a page', () => {
  it('writes headings, paragraphs, emphasis and absolute links', async () => {
    const text = await markdown(
      '<h2>About <b>us</b></h2><p>We  are\n<strong> bold </strong>and <em>calm</em>, see <a href="../team.html#ann">the team</a>.</p><hr>',
    )
    expect(text).toBe('## About us\n\nWe are **bold** and *calm*, see [the team](https://example.com/team.html#ann).\n\n---')
  })

  it('nests lists, with code and paragraphs inside items', async () => {
    const text = await markdown(
      '<ul><li>one<ol start="3"><li>three<pre>a\n  b</pre></li><li>four</li></ol></li><li><p>two</p><p>more</p></li></ul><p>after</p>',
    )
    expect(text).toBe('- one\n  3. three\n\n     ```\n     a\n       b\n     ```\n  4. four\n- two\n\n  more\n\nafter')
  })

  it('keeps code as it is, with its language and a fence longer than the ticks inside', async () => {
    expect(await markdown('<pre><code class="language-TS">const a = `x`\n\n```\n</code></pre>')).toBe('````ts\nconst a = `x`\n\n```\n````')
    expect(await markdown('<div class="highlight-python"><pre><span></span>x  =  <b>1</b></pre></div>')).toBe('```python\nx  =  1\n```')
    expect(await markdown('<p>Use <code>a*b</code> or <code>`</code></p>')).toBe('Use `a*b` or `` ` ``')
  })

  it('writes tables with spans, line breaks and pipes', async () => {
    const text = await markdown(
      '<table><tr><th>a|b</th><th>c</th></tr><tr><td rowspan="2">x<br>y</td><td><p>p</p><ul><li>q</li></ul></td></tr><tr><td>z</td></tr></table>',
    )
    expect(text).toBe('| a\\|b | c |\n| --- | --- |\n| x<br>y | p<br>• q |\n|  | z |')
  })

  it('unwraps tables that only arrange the page', async () => {
    expect(await markdown('<table><tr><td>left</td><td><h1>Title</h1><p>text</p></td></tr></table>')).toBe('left\n\n# Title\n\ntext')
  })

  it('writes definition lists and quotes', async () => {
    expect(await markdown('<dl><dt>term</dt><dd><p>one</p><p>two</p></dd><dt>next</dt><dd>three</dd></dl>')).toBe(
      '- term\n\n  one\n\n  two\n- next\n\n  three',
    )
    expect(await markdown('<blockquote><p>a</p><ul><li>b</li></ul></blockquote>')).toBe('> a\n>\n> - b')
  })

  it('escapes what would be read as Markdown, and only that', async () => {
    expect(await markdown('<p>2*3 &lt;b&gt; max_size _x_ `</p><p># no</p><p>1. no</p><p>a &lt; b</p>')).toBe(
      '2\\*3 \\<b> max_size \\_x\\_ \\`\n\n\\# no\n\n1\\. no\n\na < b',
    )
  })

  it('describes images that say something', async () => {
    expect(await markdown('<p><img src="i.png" alt="A [map]"><img src="pixel.gif"></p>')).toBe('![A map](https://example.com/docs/i.png)')
  })
})

describe('main content', () => {
  it('leaves out navigation, hidden parts and scripts', async () => {
    const text = await markdown(
      '<header><a href="/x">Logo</a></header><nav>menu</nav><div class="sidebar">side</div><div role="search">find</div><p>content</p><p hidden>h</p>' +
        '<div style="display: none">d</div><script>s()</script><style>p{}</style><svg><title>icon</title></svg><button>b</button><aside>aside</aside><footer>foot</footer>',
    )
    expect(text).toBe('content')
  })

  it('takes main, and a single article, but not one with next to no text', async () => {
    const long = 'word '.repeat(60).trim()
    expect(await markdown(`<p>before</p><main><h1>T</h1><p>${long}</p><aside>note</aside></main><p>after</p>`)).toBe(`# T\n\n${long}\n\nnote`)
    expect(await markdown(`<p>before</p><article><p>${long}</p></article>`)).toBe(long)
    expect(await markdown(`<main></main><p>${long}</p>`)).toBe(long)
  })

  it('takes navigation when there is nothing else', async () => {
    expect(await markdown('<nav><ul><li><a href="/a">A</a></li></ul></nav>')).toBe('- [A](https://example.com/a)')
  })

  it('drops the signs that link a heading to itself', async () => {
    expect(await markdown('<h2 id="a">Title <a href="#a">¶</a><a class="headerlink" href="#a">Link</a></h2>')).toBe('## Title')
  })
})

describe('what else a page says', () => {
  it('reads title, description, language, dates, canonical address and directives', async () => {
    const page = await read(
      '<h1>Heading</h1>',
      '<title> The &amp;\n title </title><meta name="description" content="About"><link rel="canonical" href="/docs/"><meta name="robots" content="NOINDEX, follow">' +
        '<meta property="article:published_time" content="2024-05-01"><meta http-equiv="refresh" content="0; url=new.html">',
    )
    expect(page).toMatchObject({
      title: 'The & title',
      language: 'de',
      canonical: 'https://example.com/docs/',
      noindex: true,
      nofollow: false,
      refresh: { url: 'https://example.com/docs/new.html', seconds: 0 },
      meta: { description: 'About', publishedAt: '2024-05-01' },
    })
  })

  it('falls back to the first heading as title', async () => {
    expect((await read('<header><h1>The <i>heading</i></h1></header><p>x</p>')).title).toBe('The heading')
  })

  it('collects links of the whole page once, without fragments, other schemes and nofollow', async () => {
    const page = await read(
      '<nav><a href="/a#x">a</a></nav><a href="/a">a</a><a href="mailto:a@b">m</a><a href="javascript:x()">j</a><a rel="nofollow" href="/n">n</a><a href="#top">t</a><a href="//other.example/b">b</a>',
    )
    expect(page.links).toEqual(['https://example.com/a', 'https://other.example/b'])
  })

  it('resolves links against base', async () => {
    expect((await read('<a href="a">a</a>', '<base href="/other/">')).links).toEqual(['https://example.com/other/a'])
  })

  it('notices a password field', async () => {
    expect((await read('<form><input type="Password"></form>')).hasPassword).toBe(true)
  })
})

describe('hostile pages', () => {
  it('stops at elements nested without end, keeping what came before', async () => {
    const page = await read(`<p>before</p>${'<div>'.repeat(100_000)}deep`)
    expect(page.truncated).toBe(true)
    expect(page.markdown).toBe('before')
  })

  it('lets other work run while it reads a large page', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const page = await read(`<p>${'<b>word</b> <a href="/x">link</a> &amp; '.repeat(50_000)}</p>`)
    clearInterval(timer)
    expect(page.markdown.length).toBeGreaterThan(1_000_000)
    expect(turns).toBeGreaterThan(5)
  })

  it('writes a table of many rows in parts, and a cell without end as paragraphs', async () => {
    const rows = await markdown(`<table>${'<tr><td>a</td><td>b</td></tr>'.repeat(12_000)}</table>`)
    expect(rows.match(/\| a \| b \|/g)).toHaveLength(12_000)
    const cell = await markdown(`<table><tr><th>x</th></tr><tr><td>${'<p>word</p>'.repeat(50_000)}</td></tr></table><p>after</p>`)
    expect(cell.match(/word/g)).toHaveLength(50_000)
    expect(cell.endsWith('after')).toBe(true)
  })

  it('reads an empty and a broken page', async () => {
    expect(await markdown('')).toBe('')
    expect(await markdown('<p>a<div>b</p><table><td>c</td></b></li><ul><li>d')).toContain('a\n\nb')
  })
})
