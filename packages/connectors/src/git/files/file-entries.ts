import type { GitSetup } from '../cli/git-environment.js'
import { startGit } from '../cli/git-process.js'
import { nulTokens } from '../cli/nul-tokens.js'
import type { Segment } from '../rules/cursor.js'

/** One path that exists at the head, or that changed since the base. */
export interface FileEntry {
  readonly path: string
  /** Octal mode at the head, `000000` if the path no longer exists there. */
  readonly mode: string
  /** Id of the blob at the head. */
  readonly id: string
  /** Mode at the base; null when everything is listed. */
  readonly oldMode: string | null
}

const BATCH = 500

/** Yields the entries of a segment from its position on, in tree order: without a base all of the head, otherwise the differences. */
export async function* streamEntries(setup: GitSetup, segment: Segment, signal: AbortSignal): AsyncGenerator<FileEntry[], void, void> {
  const { base, head } = segment
  const list = ['ls-tree', '-r', '-z', '--full-tree', head]
  const compare = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--no-ext-diff', '--no-textconv', base ?? '', head]
  const git = startGit(setup, base === null ? list : compare, signal)
  git.stdin.end()
  let batch: FileEntry[] = []
  try {
    for await (const entry of base === null ? listed(git.stdout as AsyncIterable<Buffer>) : compared(git.stdout as AsyncIterable<Buffer>)) {
      batch.push(entry)
      if (batch.length < BATCH) continue
      yield batch
      batch = []
    }
    await git.done
    if (batch.length > 0) yield batch
  } finally {
    await git.stop()
  }
}

async function* listed(stream: AsyncIterable<Buffer>): AsyncGenerator<FileEntry, void, void> {
  for await (const tokens of nulTokens(stream, 'latin1')) {
    for (const token of tokens) {
      const tab = token.indexOf('\t')
      const [mode = '', , id = ''] = token.slice(0, tab).split(' ')
      yield { path: pathText(token.slice(tab + 1)), mode, id, oldMode: null }
    }
  }
}

async function* compared(stream: AsyncIterable<Buffer>): AsyncGenerator<FileEntry, void, void> {
  let change: string | null = null
  for await (const tokens of nulTokens(stream, 'latin1')) {
    for (const token of tokens) {
      if (change === null) {
        change = token
        continue
      }
      const [oldMode = '', mode = '', , id = ''] = change.slice(1).split(' ')
      yield { path: pathText(token), mode, id, oldMode }
      change = null
    }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Paths are bytes; what is not UTF-8 is written with octal escapes, as git does, so that distinct paths stay distinct. */
const pathText = (latin1: string): string => {
  const bytes = Buffer.from(latin1, 'latin1')
  try {
    return utf8.decode(bytes)
  } catch {
    return latin1.replaceAll(/[\\\x7f-\xff]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`)
  }
}
