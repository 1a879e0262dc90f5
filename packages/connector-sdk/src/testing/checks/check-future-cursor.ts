import type { Cursor } from '../../connector.js'
import { readEverything } from '../drive/read-everything.js'
import { withSession } from '../drive/session.js'
import { must, mustFail, needed } from '../violation.js'
import type { Check, Subject } from './subject.js'

const NONSENSE: readonly Cursor[] = [true, 'nonsense', ['nonsense'], { nonsense: 'nonsense' }]

/** Check 6: a cursor ahead of the source is CURSOR_IN_FUTURE, not progress; a cursor of another shape is CURSOR_INVALID, not a crash. */
export const checkFutureCursor: Check = async (subject) => {
  const { store, specs } = await readEverything(subject)
  const make = needed(subject.fixture.futureCursor, 'futureCursor')
  must(typeof make !== 'string' || make.trim() !== '', 'futureCursor is left out without a reason')
  for (const spec of specs.filter((spec) => spec.incremental)) {
    const last = store.cursor(spec.name)
    if (typeof make === 'function' && last !== null)
      await mustFail(() => readFrom(subject, spec.name, make(spec.name, last)), 'CURSOR_IN_FUTURE', `${spec.name} from a future cursor`)
    for (const cursor of NONSENSE)
      await mustFail(
        () => readFrom(subject, spec.name, cursor),
        ['CURSOR_INVALID', 'CURSOR_IN_FUTURE'],
        `${spec.name} from the cursor ${JSON.stringify(cursor)}`,
      )
  }
}

const readFrom = (subject: Subject, stream: string, cursor: Cursor): Promise<void> =>
  withSession(subject, {}, async ({ connection }) => {
    for await (const page of subject.connector.read(connection, { stream, cursor, signal: new AbortController().signal }))
      must(page.records.length === 0 && page.cursor === undefined, `${stream} read on from an unusable cursor`)
  })
