import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure } from '@inlet/domain'
import type { Connection, Connector } from '../../connector.js'
import type { ConnectorContext, Inbox } from '../../context.js'
import { createFileAccess } from '../../files/file-access.js'
import { createHttpClient } from '../../http/create-http-client.js'
import { createLocalPace } from '../../http/pace/create-local-pace.js'
import { createPacedHttp } from '../../http/pace/create-paced-http.js'
import { createEgressGuard } from '../../net/create-egress-guard.js'
import type { CheckedAddress } from '../../net/egress-guard.js'
import type { PageRenderer } from '../../rendering/page-renderer.js'
import { createRecordStore, type RecordStore } from '../store/record-store.js'
import { createCapturedLog, type LogLine } from './captured-log.js'
import { openTestUpload, type TestUpload } from './open-test-upload.js'
import { createRecordingGuard } from './recording-guard.js'

export interface TestContextOptions<Config, Secrets, C extends Connection> {
  readonly connector: Connector<Config, Secrets, C>
  /** Raw settings; parsed with the connector's schema and passed to `validate`. */
  readonly config: unknown
  /** Raw secrets; default `{}`. */
  readonly secrets?: unknown
  /** Entries of INLET_EGRESS_ALLOW, e.g. `127.0.0.1:8080`; default none. */
  readonly allow?: readonly string[]
  /** Entries of INLET_FILE_ROOTS; default none. */
  readonly roots?: readonly string[]
  readonly uploads?: readonly TestUpload[]
  /** Default: nothing was pushed. */
  readonly inbox?: Inbox | undefined
  /** Default: an empty store. */
  readonly store?: RecordStore
  /** Default: none. */
  readonly renderer?: PageRenderer | undefined
  /** Programs that sources may run; default: none. */
  readonly programs?: ReadonlyMap<string, readonly string[]> | undefined
  /** Default: a fresh folder that `close` removes. A folder given here stays. */
  readonly workDir?: string
  /** Default: the real time. */
  readonly now?: () => Date
}

/** A context with the real egress guard and HTTP client, and an in-memory scribe. */
export interface TestContext<Config = unknown, Secrets = unknown> extends ConnectorContext<Config, Secrets>, AsyncDisposable {
  readonly store: RecordStore
  readonly logLines: readonly LogLine[]
  /** Every address the egress guard returned. */
  readonly reached: readonly CheckedAddress[]
  /** Aborts `signal`, as when the worker closes the connection. */
  abort(): void
  /** Aborts and removes the work folder. */
  close(): Promise<void>
}

/**
 * Creates a context for a connector as the worker does. Throws what the worker would:
 * VALIDATION_FAILED or a failure of `validate`. The caller closes it.
 */
export const createTestContext = async <Config, Secrets, C extends Connection>(
  options: TestContextOptions<Config, Secrets, C>,
): Promise<TestContext<Config, Secrets>> => {
  const { connector } = options
  const config = parse('config', connector.configSchema, options.config)
  const secrets = parse('secrets', connector.secretSchema, options.secrets ?? {})
  await connector.validate?.(config, secrets)
  const workDir = options.workDir ?? (await mkdtemp(path.join(tmpdir(), 'inlet-connector-')))
  const controller = new AbortController()
  const { log, lines } = createCapturedLog()
  const { guard, reached } = createRecordingGuard(createEgressGuard({ allow: options.allow ?? [] }))
  const store = options.store ?? createRecordStore()
  const http = createHttpClient({ guard, log })
  const close = async (): Promise<void> => {
    controller.abort()
    http.close()
    if (options.workDir === undefined) await rm(workDir, { recursive: true, force: true, maxRetries: 3 })
  }
  return {
    sourceId: randomUUID(),
    config,
    secrets,
    http: createPacedHttp(http, createLocalPace(), () => new Date()),
    egress: guard,
    renderer: options.renderer,
    programs: options.programs,
    log,
    signal: controller.signal,
    now: options.now ?? (() => new Date()),
    known: store.known,
    files: createFileAccess({ roots: options.roots ?? [], openUpload: openTestUpload(options.uploads ?? []) }),
    inbox: options.inbox ?? EMPTY_INBOX,
    workDir,
    store,
    logLines: lines,
    reached,
    abort: () => controller.abort(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const EMPTY_INBOX: Inbox = { read: (cursor) => Promise.resolve({ events: [], cursor }) }

const parse = <T>(field: string, schema: Connector<T>['configSchema'], raw: unknown): T => {
  const result = schema.safeParse(raw)
  if (result.success) return result.data
  const issues = result.error.issues.map((issue) => `${[field, ...issue.path].join('.')}: ${issue.message}`)
  throw new Failure('VALIDATION_FAILED', issues.join('; '), { field: [field, ...(result.error.issues[0]?.path ?? [])].join('.') })
}
