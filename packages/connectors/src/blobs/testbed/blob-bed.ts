import { setTimeout } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { AcceptanceBed, FailureCase, HostileCase, Variant } from '@inlet/connector-sdk/testing'
import { openFront } from './front.js'

/** A container of a real store, written to by another client than ours. */
export interface TestContainer {
  /** Settings and secrets of a source that reads it. */
  readonly config: object
  readonly secrets: object
  readonly port: number
  put(name: string, content: string | Buffer): Promise<void>
  remove(name: string): Promise<void>
  /** Names by that client. */
  names(): Promise<readonly string[]>
  /** Settings that reach the same container through another address. */
  at(url: string): object
}

export interface BlobBedParts {
  readonly failures: { readonly unreachable: FailureCase; readonly auth: FailureCase; readonly permission: FailureCase | string }
  readonly hostile: readonly HostileCase[]
  /** Answers in the way of the store that a client sends too much. */
  readonly busy: { readonly status: number; readonly body: string }
}

const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i},name ${from + i},"about, ${from + i}"\n`).join('')
const csv = (from: number, to: number) => `id,name,about\n${rows(from, to)}`

/** The acceptance bed of a blob store: tables, lines, documents; every part of it goes through the real store. */
export const openBlobBed = async (container: TestContainer, { failures, hostile, busy }: BlobBedParts): Promise<AcceptanceBed> => {
  await container.put('tables/big.csv', csv(0, 2500))
  await container.put('tables/ü ber+&=%.csv', csv(0, 5))
  await container.put('tables/small.csv.gz', gzipSync(csv(0, 50)))
  await container.put('tables/gone.tsv', 'id\tn\n1\tx\n')
  await container.put('lines.ndjson', Array.from({ length: 1200 }, (_, i) => `{"id":${9007199254740993n + BigInt(i)}}\n`).join(''))
  for (let i = 0; i < 4; i++) await container.put(`docs/${i}.md`, `# Title ${i}\n\n${'Some text. '.repeat(20_000)}`)
  const closers: (() => Promise<void>)[] = []
  return {
    config: container.config,
    secrets: container.secrets,
    allow: [`127.0.0.1:${container.port}`],
    minRecords: 3700,
    crashRounds: 3,
    truth: async () => {
      const names = await container.names()
      return new Map([
        ['files', new Set(names)],
        ['documents', new Set(names.filter((name) => name.endsWith('.md')))],
      ])
    },
    async change() {
      await container.put('tables/big.csv', csv(0, 2600))
      await container.remove('tables/gone.tsv')
      await container.put('docs/0.md', '# Other')
      await container.remove('docs/1.md')
      await container.put('added/new.csv', csv(0, 5))
    },
    failures,
    futureCursor: 'a cursor names a pass and a blob, not a time',
    hostile,
    drift: [
      { name: 'a column added', apply: () => container.put('tables/big.csv', 'id,name,about,more\n1,a,b,c\n') },
      { name: 'the header gone', apply: () => container.put('tables/big.csv', rows(0, 3)) },
      { name: 'not text any more', apply: () => container.put('tables/big.csv', Buffer.alloc(1000)) },
    ],
    async writer() {
      let stopped = false
      const loop = (async () => {
        for (let next = 0; !stopped; next++) {
          await container.put(`written/${next % 5}.csv`, csv(0, next + 1))
          await setTimeout(20)
        }
      })()
      return {
        stop: async () => {
          stopped = true
          await loop
        },
      }
    },
    async large() {
      const records = 150_000
      await container.put('large/large.csv', csv(0, records))
      return { records, stream: 'rows', config: { ...container.config, prefix: 'large/' } }
    },
    async rateLimited(): Promise<Variant & { verify(): void }> {
      let allowed = 3
      let early = 0
      let opensAt = 0
      const front = await openFront(container.port, (_request, response) => {
        if (Date.now() < opensAt) early++
        if (Date.now() >= opensAt && allowed-- > 0) return false
        if (Date.now() >= opensAt) {
          opensAt = Date.now() + 1000
          allowed = 12
        }
        response.writeHead(busy.status, { 'retry-after': '1', 'content-type': 'application/xml' }).end(busy.body)
        return true
      })
      closers.push(() => front.close())
      return {
        config: { ...container.at(front.url), include: ['docs/*'] },
        allow: [`127.0.0.1:${front.port}`],
        verify() {
          if (early > 0) throw new Error(`${early} requests came before the time the store had named`)
        },
      }
    },
    close: async () => {
      for (const close of closers) await close()
    },
  }
}
