import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { StreamSpec } from '../../connector.js'
import { mustEqual } from '../drive/compare-stores.js'
import { readEverything } from '../drive/read-everything.js'
import { streamsOf, withSession } from '../drive/session.js'
import { runStream } from '../drive/stream-run.js'
import { createRecordStore, type RecordStore } from '../store/record-store.js'
import { must } from '../violation.js'
import type { Check, Subject } from './subject.js'

interface Checkpoint {
  readonly spec: StreamSpec
  readonly store: RecordStore
}

/** Check 5: from every committed cursor, the rest and only the rest follows, even after the source has changed. */
export const checkResume: Check = async (subject) => {
  const store = createRecordStore()
  const { checkpoints, specs } = await readWithCheckpoints(subject, store)
  for (const spec of specs.filter((spec) => spec.incremental && store.snapshot(spec.name).size > 0)) {
    must(
      checkpoints.some((checkpoint) => checkpoint.spec.name === spec.name),
      `${spec.name} is incremental, but no page had a cursor`,
    )
  }
  const workDir = await mkdtemp(path.join(tmpdir(), 'inlet-resume-'))
  try {
    for (const [index, checkpoint] of checkpoints.entries()) {
      const resumed = checkpoint.store.clone()
      await readOne(subject, checkpoint.spec, { store: resumed, ...(index % 2 === 0 ? { workDir } : {}) })
      mustEqual(resumed, store, { specs: [checkpoint.spec], what: `resumed from cursor ${index + 1} of ${checkpoints.length}` })
    }
    await resumeAfterChange(subject, checkpoints)
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

const readWithCheckpoints = (subject: Subject, store: RecordStore): Promise<{ checkpoints: Checkpoint[]; specs: readonly StreamSpec[] }> =>
  withSession(subject, { store }, async (session) => {
    const checkpoints: Checkpoint[] = []
    const specs = await streamsOf(session)
    for (const spec of specs) {
      const result = await runStream(session, spec, {
        onStored: (page) => {
          if (page.cursor !== undefined) checkpoints.push({ spec, store: store.clone() })
        },
      })
      must(result.updated === 0, `${spec.name} gave ${result.updated} keys twice with different content in one read`)
    }
    return { checkpoints, specs }
  })

const readOne = (subject: Subject, spec: StreamSpec, options: { store: RecordStore; workDir?: string }): Promise<unknown> =>
  withSession(subject, options, (session) => runStream(session, spec))

/** The first, the middle and the last cursor, with a source that has moved on in the meantime. */
const resumeAfterChange = async (subject: Subject, checkpoints: readonly Checkpoint[]): Promise<void> => {
  if (subject.fixture.change === undefined || checkpoints.length === 0) return
  await subject.fixture.change()
  const fresh = await readEverything(subject)
  for (const index of new Set([0, Math.floor(checkpoints.length / 2), checkpoints.length - 1])) {
    const checkpoint = checkpoints[index]
    if (checkpoint === undefined) continue
    const resumed = checkpoint.store.clone()
    await readOne(subject, checkpoint.spec, { store: resumed })
    mustEqual(resumed, fresh.store, { specs: [checkpoint.spec], what: `resumed from cursor ${index + 1} after a change`, gone: true })
  }
}
