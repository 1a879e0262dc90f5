import { until } from '@inlet/testing'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertRecords, newSource } from '../../apps/api/testing/start-api.js'
import { allPages, type ConsoleStack, chromiumPath, startConsole } from './start-console.js'

/** As systems, and people who mean no good, may call things. */
const NAMES: Readonly<Record<string, string>> = {
  unbroken: 'x'.repeat(500),
  'right-to-left': `\u202e${'مصدر البيانات '.repeat(12)}`,
  'combining marks': `Z${'\u0300\u0301\u0302\u0303'.repeat(60)}algo ${'e\u0301'.repeat(100)}`,
  emoji: '👩‍👩‍👧‍👦🇩🇪'.repeat(40),
  script: '<script>window.hacked = true</script><img src=x onerror="window.hacked = true">',
  spaces: ' '.repeat(40),
  'zero width': '\u200b'.repeat(40),
}

const PAGES = [...allPages('unbroken'), '/sources?select=unbroken,spaces', '/sources/spaces', '/sources/zero-width']

/** What names push out of its place: the page beside the window, tables wider than their panel, texts and buttons beside both, links without a width. */
const PUSHED = `(() => {
  const found = []
  if (Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) > innerWidth) found.push('the page')
  for (const each of document.querySelectorAll('main .table-wrap, main .panel'))
    if (each.scrollWidth > each.clientWidth + 1) found.push('in ' + (each.querySelector('h2, th')?.textContent ?? each.className))
  for (const each of document.querySelectorAll('main a[href], main button, main summary')) {
    const box = each.getBoundingClientRect()
    const name = each.outerHTML.slice(0, 80)
    if (box.height > 0 && box.width < 8) found.push('no width: ' + name)
    if (box.width > 0 && box.right > innerWidth + 1 && !each.closest('.tabs')) found.push('beside: ' + name)
  }
  for (const each of document.querySelectorAll('main td, main th')) {
    const box = each.getBoundingClientRect()
    if (box.height > 400) found.push('tall: ' + each.textContent.slice(0, 40))
  }
  return found
})()`

describe.skipIf(chromiumPath === null)('hostile names', () => {
  let stack: ConsoleStack
  beforeAll(async () => {
    stack = await startConsole()
    const { api } = stack
    const { pool } = api.database
    for (const [kind, name] of Object.entries(NAMES)) {
      const slug = kind.replaceAll(' ', '-')
      const { body } = await api.post('/v1/sources', newSource({ name: kind, slug, labels: { team: 'x'.repeat(200) } }))
      await api.post(`/v1/sources/${slug}/run`)
      await until(async () => (await api.get(`/v1/sources/${slug}`)).body.lastRun !== null, { timeoutMs: 60_000 })
      // The API accepts no such names; older rows, restored ones and what connectors name may have them.
      await pool.query('UPDATE sources SET name = $2, name_key = $3 WHERE id = $1', [body.id, name, name + slug])
      await insertRecords(
        api.database,
        body.id,
        [
          {
            key: name,
            title: name,
            url: `https://example.com/${encodeURIComponent(name)}`,
            text: `records of ${name}`,
            data: JSON.stringify({ [name]: name }),
          },
        ],
        name,
      )
      await pool.query(
        `INSERT INTO quarantine (source_id, run_id, stream, key, reason, message, raw) SELECT $1, id, $2, $2, 'RECORD_INVALID', $2, $2 FROM runs WHERE source_id = $1 LIMIT 1`,
        [body.id, name],
      )
      await pool.query(`INSERT INTO events (type, level, message, source_id) VALUES ('run.ended', 'info', $1, $2)`, [name, body.id])
      await api.post('/v1/credentials', {
        name: slug,
        connector: 'toy',
        secrets: { password: 'a long enough secret' },
        targets: ['https://example.com'],
      })
      const sink = await api.post('/v1/sinks', { name: kind, url: `https://example.com/${slug}` })
      const target = await api.post('/v1/notifications', { name: kind, url: `https://example.com/${slug}` })
      const key = await api.post('/v1/keys', { name: kind, scopes: ['read'] })
      await pool.query('UPDATE credentials SET name = $2 WHERE name = $1', [slug, name])
      await pool.query('UPDATE sinks SET name = $2 WHERE id = $1', [sink.body.id, name])
      await pool.query('UPDATE notification_targets SET name = $2 WHERE id = $1', [target.body.id, name])
      await pool.query('UPDATE api_keys SET name = $2 WHERE id = $1', [key.body.id, name])
      await pool.query(`UPDATE api_keys SET name = $1 WHERE name = 'admin'`, [NAMES['unbroken']])
    }
    await api.post('/v1/bulk-operations', {
      action: 'label',
      sources: Object.keys(NAMES).map((kind) => kind.replaceAll(' ', '-')),
      labels: { set: { tier: 'gold' } },
    })
    await pool.query(
      `INSERT INTO incidents (source_id, kind, reason, message, next, since) SELECT id, 'error', 'AUTH_FAILED', name, name, now() FROM sources`,
    )
  })
  afterAll(() => stack?.close())

  const walk = async (page: Page): Promise<readonly (readonly [string, unknown])[]> => {
    const found: (readonly [string, unknown])[] = []
    for (const address of PAGES) {
      await page.goto(address)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await until(async () => (await page.locator('main [aria-busy=true]').count()) === 0)
      const pushed = await page.evaluate<readonly string[]>(PUSHED)
      if (pushed.length > 0) found.push([address, pushed])
    }
    return found
  }

  it.each([
    ['light', 1_280],
    ['dark', 375],
  ] as const)('push nothing out of its place and run nothing (%s, %d px)', async (colorScheme, width) => {
    const { page, complaints, close } = await stack.signIn('/', { colorScheme, viewport: { width, height: 800 } })
    expect(await walk(page)).toEqual([])
    expect(await page.evaluate('window.hacked')).toBeUndefined()
    expect(complaints).toEqual([])
    await close()
  })
})
