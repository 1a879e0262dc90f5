import { complete, Failure, incomplete, type Page, type ReadEnd, type ReadRequest } from '@inlet/connector-sdk'
import { createPagePacker, type PagePacker } from '../../parsing/page-packer.js'
import type { GithubConnection } from '../connection.js'
import { openPositions, type Positions } from '../cursor/positions.js'
import type { Repository } from '../repositories/catalog.js'
import type { GithubStream } from '../streams.js'
import { endsSource, type Step, toReadFailure } from './reading.js'
import { STREAM_READERS } from './stream-readers.js'

/**
 * Reads one stream of all repositories, one after the other. A repository that fails is rejected and does not stop the others; transient failures
 * (5xx, timeouts) are thrown at the end, so that the run is retried; throws the first failure when all fail.
 */
export async function* readGithubStream(connection: GithubConnection, request: ReadRequest): AsyncGenerator<Page, ReadEnd, void> {
  const stream = request.stream as GithubStream
  const signal = connection.signal(request.signal)
  const reader = STREAM_READERS[stream]
  // Checked before any request is made.
  openPositions(request.cursor, reader.width, [])
  const { repositories, failures: unseen } = await connection.catalog(signal)
  const positions = openPositions(
    request.cursor,
    reader.width,
    repositories.map(({ id }) => id),
  )
  const packer = createPagePacker()
  const failures: Failure[] = []
  let done = 0
  const progress = (): Progress => ({
    done,
    total: repositories.length,
    ...(failures.length === 0
      ? {}
      : { note: `${failures.length} of ${repositories.length} repositories could not be read; the first: ${failures[0]?.message}` }),
  })
  for (const repository of repositories) {
    signal.throwIfAborted()
    try {
      for await (const step of reader.read({ connection, repository, signal }, at(positions, repository)))
        yield* pack(step, { positions, repository, packer, stream, progress })
    } catch (thrown) {
      const failure = toReadFailure(thrown, signal)
      if (endsSource(failure)) throw failure
      // Issues can be disabled.
      if (!isSwitchedOff(failure)) {
        failures.push(failure)
        if (failure.code !== 'transient') packer.reject(rejection(stream, repository, failure))
      }
    }
    done++
  }
  if (!packer.isEmpty()) yield { ...packer.take(), progress: progress() }
  const [first] = failures
  if (first !== undefined && failures.length === repositories.length) throw first
  const passing = failures.find(({ code }) => code === 'transient')
  if (passing !== undefined) throw passing
  const [missing] = unseen
  if (first !== undefined)
    return incomplete(`${failures.length} of ${repositories.length} repositories could not be read; the first: ${first.message}`)
  if (missing !== undefined) return incomplete(`${missing.name} could not be found: ${missing.failure.message}`)
  return complete('GitHub named no further page of any repository')
}

type Progress = NonNullable<Page['progress']>

const at = (positions: Positions, { id }: Repository): { position?: string | undefined; backfill?: Positions['backfill'] } => ({
  position: positions.get(id),
  backfill: positions.backfill?.id === id ? positions.backfill : undefined,
})

const isSwitchedOff = ({ reason, message }: Failure): boolean => reason === 'NOT_FOUND_UPSTREAM' && /disabled (?:for|in) this repo/i.test(message)

interface Packing {
  readonly positions: Positions
  readonly repository: Repository
  readonly packer: PagePacker
  readonly stream: string
  readonly progress: () => Progress
}

/** Yields the pages of a step; the last one carries the cursor, but only if it has moved. */
function* pack(step: Step, { positions, repository, packer, progress }: Packing): Generator<Page, void, void> {
  for (const record of step.records) {
    const size = (record.text?.length ?? 0) * 2 + 1_000
    if (packer.isFull(size)) yield packer.take()
    packer.record(record, size)
  }
  const before = JSON.stringify(positions.cursor())
  if (step.position !== undefined) positions.set(repository.id, step.position)
  if (step.backfill !== undefined) positions.backfill = step.backfill ?? undefined
  const cursor = positions.cursor()
  const moved = JSON.stringify(cursor) !== before
  if (packer.isEmpty() && !moved && step.sweep === undefined) return
  yield {
    ...packer.take(),
    ...(moved ? { cursor } : {}),
    ...(step.sweep === undefined ? {} : { sweep: { scope: step.sweep } }),
    progress: progress(),
  }
}

const rejection = (stream: string, { id, name }: Repository, { reason, message }: Failure) => ({
  stream,
  key: [id],
  reason,
  message: `${name}: ${message}`,
})
