import type { Connection, StreamSpec } from '../../connector.js'
import type { Variant } from '../acceptance-fixture.js'
import type { Subject } from '../checks/subject.js'
import { createTestContext, type TestContext } from '../context/test-context.js'
import type { RecordStore } from '../store/record-store.js'
import { must, Violation } from '../violation.js'
import { within } from './within.js'

export interface SessionOptions {
  readonly variant?: Variant
  readonly store?: RecordStore
  readonly workDir?: string
}

/** An open connection and its context: one life of a worker. */
export interface Session {
  readonly subject: Subject
  readonly context: TestContext
  readonly connection: Connection
}

const DISPOSE_MS = 2000

/** Opens a fresh context and connection, passes them to `use`, and closes both, even after a failure. */
export const withSession = async <T>(subject: Subject, options: SessionOptions, use: (session: Session) => Promise<T>): Promise<T> => {
  const { connector, fixture, witness } = subject
  const { variant = {} } = options
  try {
    await using context = await createTestContext({
      connector,
      config: variant.config ?? fixture.config,
      secrets: variant.secrets ?? fixture.secrets,
      allow: variant.allow ?? fixture.allow ?? [],
      roots: fixture.roots ?? [],
      uploads: fixture.uploads ?? [],
      inbox: variant.inbox ?? fixture.inbox,
      renderer: fixture.renderer,
      programs: fixture.programs,
      ...(options.store === undefined ? {} : { store: options.store }),
      ...(options.workDir === undefined ? {} : { workDir: options.workDir }),
    })
    const connection = await connector.connect(context)
    try {
      return await use({ subject, context, connection })
    } finally {
      await within(DISPOSE_MS, Promise.resolve(connection[Symbol.asyncDispose]()), 'closing the connection')
      await witness?.closing?.(context)
    }
  } catch (thrown) {
    if (!(thrown instanceof Violation)) witness?.failure?.(thrown)
    throw thrown
  }
}

/** Returns the streams of the source; throws unless there is at least one and their names are distinct. */
export const streamsOf = async (
  { subject, connection }: Session,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly StreamSpec[]> => {
  const specs = await subject.connector.streams(connection, signal)
  must(specs.length > 0, 'streams() names no stream')
  must(new Set(specs.map((spec) => spec.name)).size === specs.length, 'streams() names a stream twice')
  for (const spec of specs) must(spec.name !== '' && spec.name.length <= 200, `${spec.name} is not a stream name`)
  return specs
}
