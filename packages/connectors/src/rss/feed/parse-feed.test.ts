import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import type { Feed } from './feed.js'
import { parseFeed } from './parse-feed.js'

const url = 'https://example.com/blog/feed.xml'
const parse = (source: string | Uint8Array, contentType = 'application/xml', maxEntries = 1000): Promise<Feed> =>
  parseFeed(Buffer.from(source), { url, contentType, maxEntries })

const RSS = `<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:a10="http://www.w3.org/2005/Atom">
<channel><title>A &amp; B &nbsp;News</title><link>https://site.example/</link><description>About</description><language>en</language>
<a10:link rel="next" href="?page=2"/>
<item><title><![CDATA[R&eacute;sum&eacute; of <b>it</b>]]></title><link>/posts/1?a=1&b=2</link><guid isPermaLink="false">g1</guid>
<pubDate>Wed, 02 Oct 2002 08:00:00 EST</pubDate><d:creator>Ann</d:creator><author>bob@example.com (Bob)</author>
<category>x</category><category domain="y"><![CDATA[y & z]]></category><comments>https://site.example/1#c</comments>
<enclosure url="https://cdn.example/a.mp3" length="123" type="audio/mpeg"/>
<description>Short</description><content:encoded><![CDATA[<p>Long <a href="more">text</a></p>]]></content:encoded></item>
<item><guid>https://site.example/2</guid><description>no title</description></item>
</channel></rss>`

describe('RSS', () => {
  it('reads 2.0 with its extensions, bare ampersands and entities of HTML', async () => {
    const { head, entries } = await parse(RSS)
    expect(head).toEqual({
      format: 'rss',
      title: 'A & B News',
      description: 'About',
      url: 'https://site.example/',
      language: 'en',
      next: 'https://example.com/blog/feed.xml?page=2',
    })
    expect(entries).toMatchObject([
      {
        id: 'g1',
        url: 'https://site.example/posts/1?a=1&b=2',
        title: 'Résumé of it',
        content: { kind: 'html', value: '<p>Long <a href="more">text</a></p>' },
        summary: { kind: 'html', value: 'Short' },
        published: '2002-10-02T13:00:00.000Z',
        authors: [{ name: 'Bob', email: 'bob@example.com' }, { name: 'Ann' }],
        categories: ['x', 'y & z'],
        enclosures: [{ url: 'https://cdn.example/a.mp3', length: 123, type: 'audio/mpeg' }],
        comments: 'https://site.example/1#c',
      },
      { id: 'https://site.example/2', url: 'https://site.example/2', content: { value: 'no title' } },
    ])
    expect(entries[1]).not.toHaveProperty('title')
  })

  it('reads 1.0 and 0.91', async () => {
    const rdf =
      await parse(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel rdf:about="x"><title>T</title><link>https://s.example/</link><items><rdf:Seq><rdf:li resource="u"/></rdf:Seq></items></channel>
      <item rdf:about="https://s.example/1"><title>One</title><link>https://s.example/1</link><dc:date>2002-10</dc:date><dc:subject>s</dc:subject></item></rdf:RDF>`)
    expect(rdf).toMatchObject({
      head: { format: 'rdf', title: 'T' },
      entries: [{ id: 'https://s.example/1', title: 'One', published: '2002-10-01T00:00:00.000Z', categories: ['s'] }],
    })
    const old = await parse(
      '<rss version="0.91"><channel><title>T</title><item><title>Only</title><link>https://s.example/1</link></item></channel></rss>',
    )
    expect(old.entries).toMatchObject([{ title: 'Only', url: 'https://s.example/1' }])
  })
})

describe('Atom', () => {
  it('reads 1.0 with text constructs, xml:base, people and links, even behind a prefix', async () => {
    const source = `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://s.example/a/"><title type="html">&lt;i&gt;T&lt;/i&gt; &amp;amp; U</title>
      <link href="."/><link rel="self" href="feed"/><author><name>Ann</name><uri>/ann</uri></author>
      <entry xml:base="b/"><id>urn:1</id><title>1 &lt; 2</title><link rel="alternate" type="text/html" href="one"/><link rel="enclosure" href="/e.pdf" type="application/pdf" title="E"/>
      <updated>2026-01-02T00:00:00Z</updated><published>2026-01-01T00:00:00Z</published><category term="t" label="L"/>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a <b>c</b><br/> &amp; d</div></content><summary>S</summary></entry></feed>`
    const wanted = {
      head: { format: 'atom', title: 'T & U', url: 'https://s.example/a/', language: 'de' },
      entries: [
        {
          id: 'urn:1',
          title: '1 < 2',
          url: 'https://s.example/a/b/one',
          content: { kind: 'html', value: '<div>a <b>c</b><br> &amp; d</div>' },
          summary: { kind: 'text', value: 'S' },
          published: '2026-01-01T00:00:00.000Z',
          updated: '2026-01-02T00:00:00.000Z',
          authors: [{ name: 'Ann', url: 'https://s.example/ann' }],
          categories: ['L'],
          enclosures: [{ url: 'https://s.example/e.pdf', type: 'application/pdf', title: 'E' }],
          language: 'de',
          base: 'https://s.example/a/b/',
        },
      ],
    }
    expect(await parse(source)).toMatchObject(wanted)
    const prefixed = source
      .replace('xmlns=', 'xmlns:q=')
      .replace(/<(\/?)(?=(?:feed|title|link|author|name|uri|entry|id|updated|published|category|content|summary)\b)/g, '<$1q:')
    expect(await parse(prefixed)).toMatchObject(wanted)
  })
})

describe('JSON Feed', () => {
  it('reads 1.1 and ignores what is odd', async () => {
    const feed = {
      version: 'https://jsonfeed.org/version/1.1',
      title: 'J',
      home_page_url: 'https://s.example/',
      next_url: 'https://example.com/2.json',
      authors: [{ name: 'Ann' }],
      items: [
        {
          id: 7,
          url: '/x',
          content_html: '<p>x</p>',
          summary: 's',
          date_published: '2026-01-01T00:00:00+01:00',
          tags: ['a', 3, 'a'],
          attachments: [{ url: 'https://s.example/a', size_in_bytes: 5 }, 'odd'],
        },
        { id: 'b', content_text: 'plain', date_published: 17, title: [] },
        'odd',
      ],
    }
    expect(await parse(JSON.stringify(feed), 'application/feed+json')).toMatchObject({
      head: { format: 'json', title: 'J', url: 'https://s.example/', next: 'https://example.com/2.json' },
      entries: [
        {
          id: '7',
          url: 'https://example.com/x',
          content: { kind: 'html' },
          summary: { value: 's' },
          published: '2025-12-31T23:00:00.000Z',
          categories: ['a'],
          authors: [{ name: 'Ann' }],
          enclosures: [{ url: 'https://s.example/a', length: 5 }],
        },
        { id: 'b', content: { kind: 'text', value: 'plain' } },
      ],
    })
  })
})

describe('what is refused, and what is forgiven', () => {
  it.each([
    ['a page', '<!DOCTYPE html><html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>', 'CONTENT_MISMATCH'],
    ['XHTML', '<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html xmlns="http://www.w3.org/1999/xhtml"/>', 'CONTENT_MISMATCH'],
    ['other XML', '<urlset/>', 'CONTENT_MISMATCH'],
    ['other JSON', '{"a":1}', 'CONTENT_MISMATCH'],
    ['broken JSON', '{"a":', 'UPSTREAM_INVALID'],
    ['text', 'hello', 'CONTENT_MISMATCH'],
    ['nothing', ' ', 'CONTENT_MISMATCH'],
    ['a DOCTYPE without an end', '<!DOCTYPE rss [<rss/>', 'XML_DTD_NOT_ALLOWED'],
    ['depth', '<rss>'.repeat(100_000), 'UPSTREAM_INVALID'],
  ])('refuses %s', (_, source, reason) => expect(parse(source)).rejects.toMatchObject({ reason }))

  it('names the feed of a page', () =>
    expect(parse('<html><link href="/rss.xml" rel="alternate" type="application/rss+xml"></html>')).rejects.toMatchObject({
      next: expect.stringContaining('https://example.com/rss.xml'),
    }))

  it('reads what is intact of a document that ends in the middle', async () => {
    const { entries, cut } = await parse(RSS.slice(0, RSS.indexOf('no title')))
    expect([entries.length, cut]).toEqual([1, true])
  })

  const oneItem = (title: string, doctype = '') => `<?xml version="1.0"?>${doctype}<rss><channel><item><title>${title}</title></item></channel></rss>`

  it.each([
    ['of RSS 0.91', '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'],
    ['of XHTML', '<!DOCTYPE rss PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'],
    ['with harmless entities', '<!DOCTYPE rss [<!ENTITY nbsp "&#160;"><!ENTITY eacute "&#xE9;">]>'],
  ])('skips a DOCTYPE %s', async (_what, doctype) => {
    const { entries, caveats } = await parse(oneItem('One', doctype))
    expect([entries[0]?.title, caveats.filter(({ count = 1 }) => count > 0)]).toEqual(['One', []])
  })

  it('decodes entities that are plain characters, and leaves others as text, with a caveat in the run', async () => {
    const plain = await parse(oneItem('Caf&e; society', '<!DOCTYPE rss [<!ENTITY e "&#233;">]>'))
    expect(plain.entries[0]?.title).toBe('Café society')
    const laughs = await parse(oneItem('&b;', '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'))
    expect(laughs.entries[0]?.title).toBe('&b;')
    expect(laughs.caveats).toContainEqual({ kind: 'READ_IN_PART', count: 1, of: 1, example: `${url}: entities stay as text: b` })
  })

  it.each([
    ['Using the &lt;details&gt; element', 'Using the <details> element'],
    ['Vec&lt;T&gt; and List&lt;String&gt;', 'Vec<T> and List<String>'],
    ['How &lt;b&gt; differs from &lt;strong&gt;', 'How <b> differs from <strong>'],
    ['A &lt;b&gt;bold&lt;/b&gt; &lt;i class="x"&gt;move&lt;/i&gt;', 'A bold move'],
    ['One&lt;br/&gt;two', 'One two'],
    ['AT&amp;amp;T &amp;#8217;s &amp;eacute;', 'AT&T ’s é'],
    ['5 &lt; 6 and 7 &gt; 2', '5 < 6 and 7 > 2'],
    ['The &lt;title&gt; and &lt;/title&gt; tags', 'The <title> and </title> tags'],
    ['<![CDATA[C++ <vector> & <i>maps</i>]]>', 'C++ <vector> & maps'],
  ])('reads the title %s', async (title, expected) => {
    expect((await parse(oneItem(title))).entries[0]?.title).toBe(expected)
  })

  it('finds the encoding behind blank lines above the declaration', async () => {
    const xml = `\n \r\n<?xml version="1.0" encoding="windows-1251"?>\n<rss><channel><item><title>Русский канал</title></item></channel></rss>`
    expect((await parse(iconv.encode(xml, 'windows-1251'))).entries[0]?.title).toBe('Русский канал')
    expect((await parse(Buffer.from(xml.replace('windows-1251', 'utf-16'), 'utf16le'))).entries[0]?.title).toBe('Русский канал')
  })

  it.each([
    ['itself', '<m:description>D</m:description>'],
    ['the group', '<m:group><m:description>D</m:description></m:group>'],
    ['the content', '<m:content url="x"><m:description>D</m:description></m:content>'],
    ['content of the group', '<m:group><m:content><m:description>D</m:description></m:content></m:group>'],
  ])('finds media:description in %s', async (_where, media) => {
    const ns = 'xmlns:m="http://search.yahoo.com/mrss/"'
    expect((await parse(`<rss ${ns}><channel><item>${media}</item></channel></rss>`)).entries[0]?.content?.value).toBe('D')
    expect((await parse(`<feed xmlns="http://www.w3.org/2005/Atom" ${ns}><entry>${media}</entry></feed>`)).entries[0]?.content?.value).toBe('D')
  })

  it('stops at maxEntries', async () => expect((await parse(RSS, 'application/xml', 1)).entries).toHaveLength(1))

  it.each([
    ['utf-8', 'text/xml; charset=iso-8859-1', 'utf-8'],
    ['iso-8859-1', 'text/xml', 'iso-8859-1'],
    ['windows-1251', 'application/rss+xml; charset=windows-1251', 'none'],
    ['utf-16le', 'application/xml', 'utf-16'],
    ['utf-16be', 'application/xml', 'utf-16'],
    ['shift_jis', 'application/xml', 'shift_jis'],
  ])('decodes %s', async (encoding, contentType, declared) => {
    const title = encoding === 'windows-1251' ? 'Привет' : encoding === 'shift_jis' ? '日本語' : 'Zürich'
    const xml = `<?xml version="1.0"${declared === 'none' ? '' : ` encoding="${declared}"`}?><rss><channel><title>${title}</title></channel></rss>`
    expect((await parse(iconv.encode(xml, encoding), contentType)).head.title).toBe(title)
  })
})
