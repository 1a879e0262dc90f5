import type { UploadView } from '@inlet/contract'
import type { ApiClient, UploadOptions } from '../client/api-client.js'
import type { LocalFile } from '../client/local-file.js'
import { printable, toSize } from '../output/format.js'
import { isForPeople, type OutputFlags } from '../output/print.js'
import type { CommandContext } from './context.js'

/** Uploads files one after the other, showing how far it is; answers their ids. When one fails, none of them stays. */
export const sendFiles = async (
  api: ApiClient,
  files: readonly LocalFile[],
  flags: OutputFlags,
  context: Pick<CommandContext, 'terminal'>,
): Promise<readonly string[]> => {
  const ids: string[] = []
  try {
    for (const file of files) ids.push((await sendFile(api, file, flags, context)).id)
  } catch (error) {
    for (const id of ids) await api.call('DELETE', `/v1/uploads/${id}`).catch(() => undefined)
    throw error
  }
  return ids
}

/** Uploads one file, or replaces an upload by it. */
export const sendFile = async (
  api: ApiClient,
  file: LocalFile,
  flags: OutputFlags & Pick<UploadOptions, 'replaces'>,
  { terminal }: Pick<CommandContext, 'terminal'>,
): Promise<UploadView> => {
  const progress = createProgress(file, terminal)
  try {
    return await api.upload(file, { replaces: flags.replaces, onSent: isForPeople(flags) ? progress.show : undefined })
  } finally {
    progress.end()
  }
}

/** Small files are not worth a line. */
const FIRST_MS = 1_000
/** Of a terminal, where the line is drawn again, and of a file or pipe, where each is a line more. */
const EVERY_MS = { redrawn: 200, lines: 10_000 }

const createProgress = ({ name, size }: LocalFile, terminal: CommandContext['terminal']) => {
  const startedAt = Date.now()
  let shownAt = startedAt + FIRST_MS - EVERY_MS.redrawn
  return {
    show: (sent: number): void => {
      const now = Date.now()
      if (now - shownAt < (terminal.redraws ? EVERY_MS.redrawn : EVERY_MS.lines)) return
      shownAt = now
      terminal.block([progressLine({ name, size, sent, tookMs: now - startedAt })])
    },
    end: () => terminal.endBlock(),
  }
}

interface Progress {
  readonly name: string
  readonly size: number
  readonly sent: number
  readonly tookMs: number
}

/** How far an upload is, at which rate, and how long it will take. */
export const progressLine = ({ name, size, sent, tookMs }: Progress): string => {
  const rate = (sent / Math.max(tookMs, 1)) * 1_000
  const left = Math.ceil((size - sent) / Math.max(rate, 1))
  const percent = size === 0 ? 100 : Math.floor((sent / size) * 100)
  return printable(`${name}: ${toSize(sent)} of ${toSize(size)} sent (${percent} %), ${toSize(rate)}/s, ${left} s left`)
}
