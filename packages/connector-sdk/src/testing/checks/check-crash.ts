import { mustEqual } from '../drive/compare-stores.js'
import { readEverything, sumOf } from '../drive/read-everything.js'
import { streamsOf, withSession } from '../drive/session.js'
import { runStream, type StopPlan } from '../drive/stream-run.js'
import { createRecordStore, type RecordStore } from '../store/record-store.js'
import { must } from '../violation.js'
import type { Check, Subject } from './subject.js'

const DEFAULT_ROUNDS = 6

/** INLET_TEST_ROUNDS asks for more, e.g. 200 overnight; the default uses the first of the same seeds. */
const roundsOf = ({ fixture }: Subject): number => {
  const asked = process.env['INLET_TEST_ROUNDS']
  if (asked === undefined) return fixture.crashRounds ?? DEFAULT_ROUNDS
  must(/^[1-9]\d{0,5}$/.test(asked), `INLET_TEST_ROUNDS must be a number from 1 on, not "${asked}"`)
  return Number(asked)
}

/** Check 7: after attempts that end at random pages in three ways, one that succeeds gives the same set, with nothing rewritten or deleted. */
export const checkCrash: Check = async (subject) => {
  const whole = await readEverything(subject)
  const longest = Math.max(...[...whole.results.values()].map((result) => result.pages))
  must(longest > 1, 'the fixture gives one page only; a read cannot be interrupted between pages')
  for (let seed = 1; seed <= roundsOf(subject); seed++) {
    const random = seededRandom(seed)
    const store = createRecordStore()
    const lives = 1 + Math.floor(random() * 3)
    for (let life = 0; life < lives; life++) await dieOnce(subject, store, planFor(random, longest))
    const last = await readEverything(subject, { store })
    const rewritten = sumOf(last.results, 'updated') + sumOf(last.results, 'deleted')
    must(rewritten === 0, `seed ${seed}: ${rewritten} records of an unchanged source were rewritten or deleted after a crash`)
    mustEqual(store, whole.store, { specs: whole.specs, what: `seed ${seed}, after ${lives} crashes` })
  }
}

const planFor = (random: () => number, longest: number): StopPlan => ({
  afterPages: Math.floor(random() * longest),
  how: (['abort', 'destroy', 'lose'] as const)[Math.floor(random() * 3)] ?? 'lose',
  lostPages: 1 + Math.floor(random() * 3),
})

const dieOnce = (subject: Subject, store: RecordStore, plan: StopPlan): Promise<void> =>
  withSession(subject, { store }, async (session) => {
    for (const spec of await streamsOf(session)) {
      const result = await runStream(session, spec, { stop: plan })
      must(result.updated + result.deleted === 0, `${spec.name} rewrote or deleted ${result.updated + result.deleted} records of an unchanged source`)
    }
  })

/** Numbers in [0, 1) that repeat for the same seed (mulberry32), so that a failed round can be reproduced. */
const seededRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
