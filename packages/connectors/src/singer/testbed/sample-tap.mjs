#!/usr/bin/env node
// A small Singer tap for the tests: --config, --discover, --catalog, --state. Its data is a JSON file that the test may change.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeSync } from 'node:fs'

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? null : JSON.parse(readFileSync(process.argv[at + 1], 'utf8'))
}
const say = (text) => writeSync(2, `${text}\n`)
const fail = (text) => {
  say(`Traceback (most recent call last):\n  in <module>\n${text}`)
  process.exit(1)
}
/** Waits for the reader, as a blocking pipe of Python does. */
const write = (message) => writeWhole(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`)
const writeWhole = (text) => {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at)
    } catch (error) {
      if (error.code === 'EPIPE') process.exit(1)
      if (error.code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

const config = option('config')
if (config === null || typeof config.password !== 'string') fail('Config is missing required keys: [password]')
say(`INFO starting with ${config.password}`)
if (config.mode === 'unreachable') fail('ConnectionRefusedError: [Errno 111] Connection refused')
if (config.password !== 'canary-of-the-sample-tap') fail(`requests.exceptions.HTTPError: 401 Client Error: Unauthorized for ${config.password}`)
if (config.mode === 'forbidden') fail('HTTPError: 403 Client Error: Forbidden for url: https://api.example.com/items')

const property = (type, format) => ({ type: ['null', type], ...(format && { format }) })
const stream = (id, properties, keys, root) => ({
  tap_stream_id: id,
  stream: id,
  schema: { type: 'object', properties },
  key_properties: keys,
  metadata: [{ breadcrumb: [], metadata: root }],
})
const STREAMS = [
  stream('items', { id: property('integer'), name: property('string'), updated_at: property('string', 'date-time') }, ['id'], {
    'replication-method': 'INCREMENTAL',
    'replication-key': 'updated_at',
    'valid-replication-keys': ['updated_at'],
  }),
  stream('shops', { id: property('integer'), name: property('string') }, ['id'], { 'forced-replication-method': 'FULL_TABLE' }),
  stream('notes', { text: property('string') }, [], { 'forced-replication-method': 'FULL_TABLE' }),
]
function sync() {
  const catalog = option('catalog') ?? option('properties') ?? { streams: STREAMS }
  const state = option('state') ?? {}
  const selected = (entry) => entry.metadata.some(({ breadcrumb, metadata }) => breadcrumb.length === 0 && metadata.selected === true)
  for (const entry of catalog.streams.filter(selected)) syncStream(entry, state)
}

function syncStream({ stream: name, schema, key_properties: keys }, state) {
  const data = existsSync(config.data) ? JSON.parse(readFileSync(config.data, 'utf8')) : {}
  write({ type: 'SCHEMA', stream: name, schema, key_properties: data.keys?.[name] ?? keys })
  if (config.mode === 'large') return large(name)
  if (config.mode in HOSTILE) HOSTILE[config.mode](name)
  if (name === 'items') return syncItems(data.items ?? [], state)
  const version = Date.now()
  for (const record of data[name] ?? []) write({ type: 'RECORD', stream: name, record, version, time_extracted: new Date().toISOString() })
  if (config.mode !== 'not activated') write({ type: 'ACTIVATE_VERSION', stream: name, version })
}

function syncItems(items, state) {
  const from = state.bookmarks?.items?.updated_at ?? ''
  const rows = items
    .filter((row) => row.updated_at >= from)
    .sort((a, b) => (a.updated_at < b.updated_at ? -1 : a.updated_at > b.updated_at ? 1 : a.id - b.id))
  for (const [index, record] of rows.entries()) {
    write({ type: 'RECORD', stream: 'items', record })
    if ((index + 1) % 10 === 0 || index === rows.length - 1)
      write({ type: 'STATE', value: { bookmarks: { items: { updated_at: record.updated_at } } } })
  }
}

function large(name) {
  for (let id = 1; id <= config.records; id++) {
    write({ type: 'RECORD', stream: name, record: { id, name: `item ${id}`, updated_at: '2026-01-01T00:00:00Z', text: 'x'.repeat(100) } })
  }
}

const HOSTILE = {
  'dies half-way': (name) => {
    write({ type: 'RECORD', stream: name, record: { id: 1, updated_at: '2026-01-01T00:00:00Z' } })
    fail("KeyError: 'cursor'")
  },
  'is killed': () => process.kill(process.pid, 'SIGKILL'),
  'is limited': () => fail('HTTPError: 429 Client Error: Too Many Requests'),
  'writes batches': (name) => write({ type: 'BATCH', stream: name, encoding: { format: 'jsonl' }, manifest: ['file:///etc/passwd'] }),
  'has a large state': () => write({ type: 'STATE', value: { bookmarks: 'x'.repeat(9000) } }),
  'writes an endless line': (name) => {
    const piece = 'x'.repeat(1024 * 1024)
    writeSync(1, `{"type":"RECORD","stream":"${name}","record":{"id":1,"x":"`)
    for (let i = 0; i < 17; i++) writeWhole(piece)
    write('"}}')
  },
  'prints to stdout': () => write('Starting sync …'),
  'has a record without a key': (name) => write({ type: 'RECORD', stream: name, record: { name: 'no id' } }),
  'is silent': () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  'leaves a child': () => {
    spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit' })
    process.on('SIGTERM', () => {})
    write({ type: 'STATE', value: { bookmarks: {} } })
    setInterval(() => {}, 1000)
  },
}

if (process.argv.includes('--discover')) {
  if (config.mode === 'no catalog') write('<html>Sign in</html>')
  else process.stdout.write(JSON.stringify({ streams: STREAMS }, null, 2))
} else sync()
