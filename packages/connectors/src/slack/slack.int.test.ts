import { createRecordStore, createTestContext, type RecordStore } from '@inlet/connector-sdk/testing'
import { hasEmulator } from '@inlet/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { startSlack, type TestSlack } from './fixtures/start-slack.js'
import slack from './index.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const start = async (names: readonly string[]): Promise<TestSlack> => {
  const fixture = await startSlack(names)
  closers.push(() => fixture.close())
  return fixture
}

interface Outcome {
  readonly written: Readonly<Record<string, number>>
  readonly rejected: readonly string[]
  readonly notes: readonly string[]
  readonly requests: readonly string[]
}

const run = async (fixture: TestSlack, store: RecordStore, config: object = {}): Promise<Outcome> => {
  await using context = await createTestContext({
    connector: slack,
    config: { channels: ['team-*'], baseUrl: fixture.url, retries: 0, ...config },
    secrets: { token: fixture.token },
    allow: [fixture.host],
    store,
  })
  await using connection = await slack.connect(context)
  const before = fixture.log.length
  const written: Record<string, number> = {}
  const rejected: string[] = []
  const notes: string[] = []
  const signal = new AbortController().signal
  for (const spec of await slack.streams(connection, signal)) {
    const writing = store.beginRun(spec)
    for await (const page of slack.read(connection, { stream: spec.name, cursor: store.cursor(spec.name), signal })) {
      const { inserted, updated, deleted } = writing.apply(page)
      written[spec.name] = (written[spec.name] ?? 0) + inserted + updated + deleted
      rejected.push(...(page.rejected ?? []).map(({ stream, reason }) => `${stream} ${reason}`))
      if (page.progress?.note !== undefined) notes.push(page.progress.note)
    }
  }
  return { written, rejected, notes, requests: fixture.log.slice(before) }
}

const sumOf = ({ written }: Outcome): number => Object.values(written).reduce((sum, one) => sum + one, 0)

describe.skipIf(!hasEmulator())('slack, against an emulator', () => {
  it('warns in its check of a token that may do more than read', async () => {
    const fixture = await start(['team-a'])
    await using context = await createTestContext({
      connector: slack,
      config: { channels: ['team-*'], baseUrl: fixture.url },
      secrets: { token: fixture.token },
      allow: [fixture.host],
    })
    await using connection = await slack.connect(context)
    const warned = async (granted: string): Promise<unknown> => {
      fixture.fault = (_method, response) => {
        response.setHeader('x-oauth-scopes', granted)
        return false
      }
      return await slack.check(connection, new AbortController().signal)
    }
    expect(await warned('channels:history,channels:read,groups:history,users:read,users:read.email')).toEqual([])
    expect(await warned('channels:history,chat:write,admin')).toEqual([
      { code: 'TOKEN_TOO_POWERFUL', message: expect.stringContaining('(chat:write, admin)') as string },
    ])
  })

  it('requests the history of an unchanged channel once, and writes nothing', async () => {
    const fixture = await start(['team-a', 'team-b'])
    const channel = fixture.channel('team-a')
    const root = await fixture.post(channel, 'Hi <https://x.test|there>')
    await fixture.post(channel, 'Hello', root)
    await fixture.call('reactions.add', { channel, timestamp: root, name: 'tada' })
    await fixture.post(fixture.channel('team-b'), 'Alone')
    const store = createRecordStore()
    const first = await run(fixture, store)
    expect(first.rejected).toEqual([])
    expect(first.written).toMatchObject({ channels: 2, messages: 2, threads: 2, reactions: 1 })
    expect(store.find('messages', [channel, root])?.record.text).toBe('Hi [there](https://x.test)')
    const second = await run(fixture, store)
    expect(sumOf(second)).toBe(0)
    expect(second.requests.toSorted()).toEqual(
      [
        'auth.test',
        'conversations.list',
        'users.list',
        `conversations.history ${channel}`,
        `conversations.history ${fixture.channel('team-b')}`,
      ].toSorted(),
    )
  })

  it('follows edits, deletions, tombstones, removed reactions and new replies', async () => {
    const fixture = await start(['team-a'])
    const channel = fixture.channel('team-a')
    const [edited, deleted, root] = [await fixture.post(channel, 'one'), await fixture.post(channel, 'two'), await fixture.post(channel, 'three')]
    await fixture.post(channel, 'reply', root)
    await fixture.call('reactions.add', { channel, timestamp: edited, name: 'tada' })
    const store = createRecordStore()
    await run(fixture, store)
    await fixture.call('chat.update', { channel, ts: edited, text: 'ONE' })
    await fixture.call('chat.delete', { channel, ts: deleted })
    await fixture.call('reactions.remove', { channel, timestamp: edited, name: 'tada' })
    const late = await fixture.post(channel, 'late reply', root)
    fixture.tombstones.add(root)
    await run(fixture, store)
    expect(store.find('messages', [channel, edited])?.record.text).toBe('ONE')
    expect(store.find('messages', [channel, deleted])).toBeUndefined()
    expect(store.find('messages', [channel, root])).toBeUndefined()
    expect(store.find('threads', [channel, root, late])?.record.data).toMatchObject({
      eventType: 'reply',
      content: 'late reply',
      sessionId: `${channel}:${root}`,
    })
    expect(store.snapshot('reactions').size).toBe(0)
    expect(sumOf(await run(fixture, store))).toBe(0)
  })

  it('continues where a read was interrupted, and takes what has arrived since', async () => {
    const fixture = await start(['team-a'])
    const channel = fixture.channel('team-a')
    for (let n = 0; n < 12; n++) await fixture.post(channel, `Message ${n}`)
    const store = createRecordStore()
    let calls = 0
    fixture.fault = (method, response) => {
      if (method !== 'conversations.history' || ++calls < 3) return false
      response.writeHead(429, { 'retry-after': '90' }).end()
      return true
    }
    const config = { streams: ['messages'], pageSize: 4 }
    await expect(run(fixture, store, config)).rejects.toMatchObject({ reason: 'RATE_LIMITED', retryAfterMs: 90_000 })
    expect(store.snapshot('messages').size).toBe(8)
    fixture.fault = undefined
    await fixture.post(channel, 'Since then')
    await run(fixture, store, config)
    expect(store.snapshot('messages').size).toBe(13)
    expect(sumOf(await run(fixture, store, config))).toBe(0)
  })

  it('skips channels it is not in unless they are named, and continues', async () => {
    const fixture = await start(['team-a', 'team-b'])
    await fixture.post(fixture.channel('team-a'), 'one')
    let asked = 0
    fixture.fault = (method, response) => {
      // The channel that is requested first.
      if (method !== 'conversations.history' || ++asked > 1) return false
      response.end('{"ok":false,"error":"not_in_channel"}')
      return true
    }
    const config = { streams: ['messages'] }
    const globbed = await run(fixture, createRecordStore(), config)
    expect(globbed.rejected).toEqual([])
    expect(globbed.notes.join()).toContain('the app is not in 1 of the channels')
    asked = 0
    const named = await run(fixture, createRecordStore(), { streams: ['channels', 'messages'], channels: ['#team-a', 'team-b', 'team-gone'] })
    expect(named.rejected).toEqual(['channels NOT_FOUND_UPSTREAM', 'messages PERMISSION_DENIED'])
  })

  it('names people by id where the app may not see them', async () => {
    const fixture = await start(['team-a'])
    const at = await fixture.post(fixture.channel('team-a'), 'one')
    fixture.fault = (method, response) => {
      if (method !== 'users.list') return false
      response.end('{"ok":false,"error":"missing_scope","needed":"users:read"}')
      return true
    }
    const store = createRecordStore()
    await run(fixture, store, { streams: ['messages'] })
    expect(store.find('messages', [fixture.channel('team-a'), at])?.record.data['actor']).toMatch(/^U/)
    await expect(run(fixture, store, { streams: ['users'] })).rejects.toMatchObject({
      reason: 'PERMISSION_DENIED',
      message: expect.stringContaining('users:read') as string,
    })
  })
})
