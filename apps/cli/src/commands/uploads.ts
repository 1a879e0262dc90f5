import type { UploadView } from '@inlet/contract'
import { findUuid } from '@inlet/domain'
import { type ApiClient, ApiProblem } from '../client/api-client.js'
import { followRun } from '../client/follow-run.js'
import { findLocalFile, type LocalFile, sha256Of } from '../client/local-file.js'
import { EXIT } from '../output/exit-codes.js'
import { printable, toSize } from '../output/format.js'
import { toNextStep } from '../output/next-step.js'
import { isForPeople } from '../output/print.js'
import { type CommandContext, openApi, type RemoteFlags, show } from './context.js'
import { findUpload } from './find-upload.js'
import { followToEnd } from './run.js'
import { sendFile } from './send-files.js'

/** `inlet uploads create`: files that no source reads yet. */
export const createUploads = async (files: readonly string[], flags: RemoteFlags, context: CommandContext): Promise<void> => {
  const found = files.map(findLocalFile)
  const api = openApi(flags, context)
  const items: UploadView[] = []
  for (const file of found) items.push(await sendFile(api, file, flags, context))
  show(
    context,
    flags,
    { items },
    {
      lines: () => items.map(({ name, id, size }) => `${printable(name)}: uploaded (${toSize(size)}), ${id}`),
      names: () => items.map(({ id }) => id),
    },
  )
}

export interface ReplaceFlags extends RemoteFlags {
  readonly run: boolean
  readonly follow?: boolean
}

interface Started {
  readonly source: string
  readonly runId: string | null
  /** For people. */
  readonly line: string
}

/**
 * `inlet uploads replace`: a new content for an upload; its sources are run, so that they store what has changed. Answers the exit code, with --follow that of
 * the first run that did not go well.
 */
export const replaceUpload = async (ref: string, path: string, flags: ReplaceFlags, context: CommandContext): Promise<number> => {
  const file = findLocalFile(path)
  const api = openApi(flags, context)
  const before = await findUpload(api, ref, { fileName: file.name })
  const isSame = await hasContent(before, file)
  const upload = isSame ? before : await sendFile(api, file, { ...flags, replaces: before.id }, context)
  const started: Started[] = []
  for (const { slug, state } of flags.run ? upload.sources : [])
    if (!isSame || state === 'waiting') started.push(await startRun(api, slug, flags, context))
  const followed = flags.follow === true ? started.filter(({ runId }) => runId !== null) : []
  if (followed.length === 0 || isForPeople(flags))
    show(
      context,
      flags,
      { ...upload, runs: started.map(({ source, runId }) => ({ source, runId })) },
      {
        lines: () => [replacedLine(upload, isSame), ...readerLines(upload, flags, started)],
        names: () => [upload.id],
      },
    )
  let exitCode: number = EXIT.done
  for (const { source, runId } of followed)
    if (runId !== null) exitCode = Math.max(exitCode, await followToEnd(api, { source, runId }, flags, context))
  return exitCode
}

/** Nothing is sent when it is the same already, as that of a weekly job may be. */
const hasContent = async ({ name, size, sha256 }: UploadView, file: LocalFile): Promise<boolean> =>
  name === file.name && size === file.size && sha256 === (await sha256Of(file))

const replacedLine = ({ name, size }: UploadView, isSame: boolean): string =>
  isSame ? `${printable(name)}: the same content as before` : `${printable(name)}: replaced (${toSize(size)})`

const readerLines = ({ sources }: UploadView, flags: ReplaceFlags, started: readonly Started[]): readonly string[] => {
  if (sources.length === 0) return ['No source reads it.']
  if (!flags.run) return sources.map(({ slug }) => `${slug}: its next run reads it; now: inlet run ${slug}`)
  return started.map(({ line }) => line)
}

/** A run that is active may have opened the old content: the one that reads the new one comes after it. */
const startRun = async (api: ApiClient, source: string, flags: ReplaceFlags, context: CommandContext): Promise<Started> => {
  for (;;) {
    try {
      const { runId } = await api.call<{ runId: string }>('POST', `/v1/sources/${source}/run`, {})
      return {
        source,
        runId,
        line: flags.follow ? `${source}: run ${runId}` : `${source}: run ${runId} is queued. See it with: inlet runs get ${runId}`,
      }
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      const active = error.code === 'RUN_IN_PROGRESS' ? findUuid(error.message) : null
      if (active !== null) await waitForEnd(api, { source, runId: active }, flags, context)
      else if (error.code === 'SOURCE_PAUSED' || error.code === 'SOURCE_STOPPED')
        return { source, runId: null, line: `${source}: ${error.message}. ${toNextStep(error.code, error.next ?? '', source)}` }
      else if (error.code !== 'RUN_IN_PROGRESS') throw error
    }
  }
}

const waitForEnd = async (
  api: ApiClient,
  run: { readonly source: string; readonly runId: string },
  flags: RemoteFlags,
  { terminal, stopped }: CommandContext,
): Promise<void> => {
  if (isForPeople(flags)) terminal.line(`${run.source}: waiting for its active run to end, which may have begun with the old content`)
  const stopping = new AbortController()
  void stopped.then(() => stopping.abort())
  for await (const _now of followRun(api, { ...run, signal: stopping.signal }));
  if (stopping.signal.aborted)
    throw new Error(`stopped waiting; the new content is stored, and the next run of ${run.source} reads it: inlet run ${run.source}`)
}

/** `inlet uploads delete`: asks first when sources read it, as their records go with it. */
export const deleteUploads = async (
  refs: readonly string[],
  flags: RemoteFlags & { readonly yes?: boolean },
  context: CommandContext,
): Promise<void> => {
  const api = openApi(flags, context)
  const uploads: UploadView[] = []
  for (const ref of refs) uploads.push(await findUpload(api, ref))
  const read = uploads.filter(({ sources }) => sources.length > 0)
  const warning = read.map(({ name, sources }) => `${name} is read by ${sources.map(({ slug }) => slug).join(', ')}`).join('; ')
  if (read.length > 0 && !flags.yes && !(await context.confirm(printable(`${warning}: delete it, and with the next run its records?`))))
    throw new Error(
      `${warning}: the next run deletes its records. For a new content use \`inlet uploads replace\`; add --yes to confirm. Nothing was deleted`,
    )
  for (const { id } of uploads) await api.call('DELETE', `/v1/uploads/${id}`)
  show(
    context,
    flags,
    { deleted: uploads.map(({ id }) => id) },
    {
      lines: () => uploads.map(({ name }) => `${printable(name)}: deleted`),
      names: () => uploads.map(({ id }) => id),
    },
  )
}
