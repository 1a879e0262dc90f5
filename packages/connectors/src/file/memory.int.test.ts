import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createGzip } from 'node:zlib'
import { createTestContext } from '@inlet/connector-sdk/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFileFixture, type FileFixture } from './fixtures/file-fixture.js'
import fileConnector from './index.js'

const MIB = 1024 * 1024
const LIMIT = 30 * MIB
let fixture: FileFixture
beforeEach(async () => {
  fixture = await createFileFixture()
})
afterEach(() => fixture[Symbol.asyncDispose]())

const write = (name: string, pieces: Iterable<string>, ...through: NodeJS.ReadWriteStream[]) =>
  pipeline([Readable.from(pieces), ...through, createWriteStream(path.join(fixture.root, name))])

function* table(rows: number): Generator<string> {
  yield 'id,name,email,amount\n'
  for (let from = 0; from < rows; from += 1000)
    yield Array.from({ length: 1000 }, (_, i) => `${from + i},name ${from + i},user${from + i}@example.test,${i}.5\n`).join('')
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Memory in use, in bytes; how much garbage the process holds besides depends on how busy the machine is. */
const heldMemory = (): number => {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Counts what a read yields and keeps none of it. `growth`: of the memory in use, in bytes, sampled while it reads. */
const measure = async (config: object) => {
  await using context = await createTestContext({ connector: fileConnector, config, roots: [fixture.root] })
  const connection = await fileConnector.connect(context)
  const before = heldMemory()
  const seen = { records: 0, growth: 0, looks: 0, reasons: [] as string[] }
  const look = (): void => {
    seen.growth = Math.max(seen.growth, heldMemory() - before)
    seen.looks += 1
  }
  // Nothing is yielded while a record that is too large passes.
  const timer = setInterval(look, 50)
  let pages = 0
  for await (const page of fileConnector.read(connection, { stream: 'rows', cursor: null, signal: new AbortController().signal })) {
    seen.records += page.records.length
    pages += 1
    if (pages % 50 === 0) look()
    seen.reasons.push(...(page.rejected ?? []).map((entry) => entry.reason))
  }
  clearInterval(timer)
  return seen
}

describe('memory', () => {
  it('stays flat over a million rows', { timeout: 600_000 }, async () => {
    await write('big.csv', table(1_000_000))
    const seen = await measure({ paths: ['big.csv'] })
    expect(seen.records).toBe(1_000_000)
    expect(seen.looks).toBeGreaterThan(3)
    expect(seen.growth).toBeLessThan(LIMIT)
  })

  it('stays flat over a line of 2 GB, and reads the one after it', { timeout: 600_000 }, async () => {
    const block = 'x'.repeat(MIB)
    function* lines(): Generator<string> {
      yield '{"id":1}\n{"id":"'
      for (let i = 0; i < 2048; i++) yield block
      yield '"}\n{"id":2}\n'
    }
    // Compressed, so that the test does not need 2 GB of disk.
    await write('line.ndjson.gz', lines(), createGzip({ level: 1 }))
    const seen = await measure({ paths: ['line.ndjson.gz'], maxExpansionRatio: 1100 })
    expect(seen).toMatchObject({ records: 2, reasons: ['RECORD_TOO_LARGE'] })
    expect(seen.looks).toBeGreaterThan(3)
    expect(seen.growth).toBeLessThan(LIMIT)
  })

  it('stays flat over a quote that is left open for 300 MB, and reads the rows after it', { timeout: 600_000 }, async () => {
    const line = `1,${'y'.repeat(1000)}\n`
    const block = line.repeat(1000)
    function* rows(): Generator<string> {
      yield 'a,b\n0,"open\n'
      for (let i = 0; i < 300; i++) yield block
    }
    await write('open.csv.gz', rows(), createGzip({ level: 1 }))
    const seen = await measure({ paths: ['open.csv.gz'], maxExpansionRatio: 1100 })
    expect(seen).toMatchObject({ records: 300_000, reasons: ['RECORD_TOO_LARGE'] })
    expect(seen.looks).toBeGreaterThan(3)
    expect(seen.growth).toBeLessThan(LIMIT)
  })
})
