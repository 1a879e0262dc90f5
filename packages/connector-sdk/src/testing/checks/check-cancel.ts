import { mkdtempSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page, StreamSpec } from '../../connector.js'
import { type Session, streamsOf, withSession } from '../drive/session.js'
import { CANCEL_MS, drainAborted } from '../drive/stream-run.js'
import { descendants, stillAlive } from '../probes/child-processes.js'
import { createDeadline } from '../probes/deadline.js'
import { filesBelow, temporaryFiles } from '../probes/folder-files.js'
import { watchSockets } from '../probes/socket-watch.js'
import { must, Violation } from '../violation.js'
import type { Check, Subject } from './subject.js'

/** Check 11: a read aborted while the first page is on its way, or after it, ends at once and leaves nothing behind. */
export const checkCancel: Check = async (subject) => {
  const workDir = await mkdtemp(path.join(tmpdir(), 'inlet-cancel-'))
  const temp = redirectTempFolder()
  const before = descendants()
  const sockets = watchSockets()
  const started = new Set<number>()
  const { cancelMs = CANCEL_MS } = subject
  try {
    const specs = await withSession(subject, {}, (session) => streamsOf(session))
    for (const spec of specs) for (const waiting of [true, false]) await abortOnce(subject, { spec, waiting, started, workDir })
    const ownProcesses = (): readonly number[] => stillAlive([...started, ...descendants()].filter((pid) => !before.has(pid)))
    await eventuallyNone(ownProcesses, cancelMs, 'processes were alive')
    await eventuallyNone(() => sockets.busy(), cancelMs, 'sockets were open')
    if (subject.fixture.openConnections !== undefined) {
      const open = async (): Promise<readonly string[]> =>
        Array.from({ length: (await subject.fixture.openConnections?.()) ?? 0 }, () => 'a connection')
      await eventuallyNone(open, cancelMs, 'the counterpart held')
    }
    await eventuallyNone(
      async () => [...(await filesBelow(temp.folder)), ...temporaryFiles(await filesBelow(workDir))],
      cancelMs,
      'temporary files were left',
    )
  } finally {
    sockets.stop()
    temp.restore()
    await rm(workDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
}

interface AbortMoment {
  readonly spec: StreamSpec
  /** Abort while the first page is on its way instead of after it. */
  readonly waiting: boolean
  readonly started: Set<number>
  readonly workDir: string
}

const abortOnce = (subject: Subject, moment: AbortMoment): Promise<void> =>
  withSession(subject, { workDir: moment.workDir }, async (session: Session) => {
    const controller = new AbortController()
    const { signal } = controller
    const pages = subject.connector.read(session.connection, { stream: moment.spec.name, cursor: null, signal })
    const first = pages.next()
    first.catch(() => undefined)
    if (!moment.waiting) await first
    else await new Promise((resolve) => setImmediate(resolve))
    for (const pid of descendants()) moment.started.add(pid)
    let after = 0
    const take = (page: Page): void => void (after += page.records.length)
    await drainAborted({ pages, controller, take, cancelMs: subject.cancelMs ?? CANCEL_MS })
    must(after <= 2000, `${moment.spec.name} continued with ${after} records after the abort`)
  })

const EVERY_MS = 20

/** Waits until the function lists nothing; throws a `Violation` with the rest after the time limit (ms of an otherwise idle machine). */
const eventuallyNone = async (list: () => readonly unknown[] | Promise<readonly unknown[]>, timeoutMs: number, what: string): Promise<void> => {
  const deadline = createDeadline(timeoutMs)
  for (;;) {
    const rest = await list()
    if (rest.length === 0) return
    if (deadline.isOver()) throw new Violation(`${what} ${timeoutMs} ms after the abort: ${rest.slice(0, 5).join(', ')}`)
    await delay(EVERY_MS)
  }
}

/** Makes `os.tmpdir()` a fresh folder until restored, so that leftovers in it become visible. */
const redirectTempFolder = (): { readonly folder: string; restore(): void } => {
  const before = process.env['TMPDIR']
  const folder = mkdtempSync(path.join(tmpdir(), 'inlet-temp-'))
  process.env['TMPDIR'] = folder
  return {
    folder,
    restore: () => {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      // An ending process may still be writing.
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}
