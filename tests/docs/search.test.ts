import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { applyBatch, indexPending, searchRecords, USUAL_FIELDS } from '@inlet/db'
import { batchHash, keyHash, sha256Hex } from '@inlet/domain'
import { evaluateSearch, parseJudgments } from '@inlet/search'
import { openTestStore, type TestStore } from '@inlet/testing'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parse } from 'yaml'
import { DEMO_QUESTIONS } from '../../apps/cli/src/demo/demo-sources.js'

const DOCS = path.resolve(import.meta.dirname, '../../docs')
const judged = parse(readFileSync(path.join(import.meta.dirname, 'search-judgments.yaml'), 'utf8')) as {
  readonly questions: readonly { readonly q: string; readonly words?: string; readonly relevant: readonly string[] }[]
}

const pages = readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.split(path.sep).join('/'))

/** Of the questions, whose page must be among the first three answers. */
const FLOOR = 0.85

let store: TestStore
beforeAll(async () => {
  store = await openTestStore(inject('postgresUrl'), inject('templateDatabase'))
  const sourceId = await store.addSource()
  const run = await store.lease(sourceId)
  const lines = pages.map((file) => {
    const text = readFileSync(path.join(DOCS, file), 'utf8')
    const title = /^# (.+)$/mu.exec(text)?.[1] ?? file
    return JSON.stringify({ s: 'main', k: file, h: keyHash(file), o: 'u', c: sha256Hex(text), kind: 'document', title, text, data: {} })
  })
  const payload = Buffer.from(`[${lines.join(',\n')}]`)
  const counts = { u: lines.length, d: 0, n: 0, q: 0 }
  const { result } = await applyBatch(store.database, {
    runId: run.runId,
    sourceId,
    epoch: run.epoch,
    seq: 1,
    version: 1,
    counts,
    bytes: payload.length,
    sha256: batchHash(payload, undefined),
    forwardedAt: Date.now(),
    payload,
  })
  if (result !== 'applied') throw new Error(`the pages were not stored: ${result}`)
  await indexPending(store.database)
}, 60_000)
afterAll(() => store.close())

const ask = async (question: string): Promise<readonly string[]> => {
  const found = await searchRecords(store.database, {
    question,
    meaning: null,
    filter: { deleted: 'exclude' },
    order: { sort: 'relevance', recencyDays: null, now: Date.now() },
    position: { at: 'start' },
    fields: USUAL_FIELDS,
    facets: [],
    snippets: false,
    explain: false,
    limit: 100,
    maxBytes: 8e6,
  })
  return found?.records.map(({ key }) => key) ?? []
}

describe('the questions of the demo', () => {
  it.each(DEMO_QUESTIONS)('$question: $page', async ({ question, page }) => expect((await ask(question))[0]).toBe(page))
})

describe('questions about Inlet', () => {
  it('are at least sixty, half of them in words of their own, and name pages that exist', () => {
    expect(judged.questions.length).toBeGreaterThanOrEqual(60)
    expect(judged.questions.filter(({ words }) => words === 'other').length).toBeGreaterThanOrEqual(judged.questions.length / 2)
    for (const { relevant } of judged.questions) for (const page of relevant) expect(pages).toContain(page)
  })

  it('are answered by their pages', async () => {
    const { success3, withoutHit, answers } = await evaluateSearch(parseJudgments(judged), ask, () => performance.now())
    const missed = answers.filter(({ ranked, grades }) => !ranked.slice(0, 3).some((key) => (grades[key] ?? 0) > 0)).map(({ question }) => question)
    expect({ success3, missed, isGood: success3 >= FLOOR }).toMatchObject({ isGood: true })
    expect(withoutHit).toBe(0)
  })
})
