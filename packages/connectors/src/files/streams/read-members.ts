import { Failure } from '@inlet/connector-sdk'
import { memberTools } from '../content/archive-content.js'
import type { Content, Member } from '../content/content.js'
import { fixedFormat, ownerOf } from '../content/detect-format.js'
import type { ReadingTools } from '../content/reading-tools.js'
import type { Item } from '../listing/item.js'
import { documentOf, type ItemEvent, type ReadItemOptions, rowsOf } from './item-event.js'
import { memberKey } from './member-key.js'

/** What was found in an archive so far. */
export interface MemberCounts {
  files: number
  documents: number
}

export interface ReadMembersOptions extends ReadItemOptions {
  readonly tools: ReadingTools
  readonly counts: MemberCounts
}

/**
 * Yields the rows or documents of the files in an archive. A file that cannot be read becomes an event; a bomb, and what is wrong
 * with the archive as a whole, is thrown.
 */
export async function* readMembers(
  archive: Content,
  item: Item,
  { owner, signal, tools, counts }: ReadMembersOptions,
): AsyncGenerator<ItemEvent, void, void> {
  const inside = memberTools(tools)
  for await (const member of archive.members()) {
    signal.throwIfAborted()
    counts.files++
    const name = member.name.slice(member.name.lastIndexOf('/') + 1)
    const format = fixedFormat(name, inside.config)
    // For a file whose name does not show its format, the stream of rows reports what is wrong.
    const likely = format === null ? (inside.config.recordPer === 'file' ? 'documents' : 'rows') : ownerOf(format, inside.config)
    const isOwn = owner === undefined || likely === owner || likely === 'archive'
    if (format !== null && !isOwn) continue
    const file = memberKey(item.key, member.name)
    try {
      for await (const event of readMember(member, { file, name, owner })) {
        if ('document' in event) counts.documents++
        yield event
      }
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof Failure) || thrown.code === 'cancelled' || thrown.reason === 'ARCHIVE_BOMB') throw thrown
      if (isOwn && (likely !== 'archive' || owner !== 'documents')) yield { file, failure: thrown }
    }
  }
}

async function* readMember(
  member: Member,
  { file, name, owner }: { readonly file: string; readonly name: string; readonly owner: ReadItemOptions['owner'] },
): AsyncGenerator<ItemEvent, void, void> {
  const content = await member.open()
  try {
    if (owner !== undefined && content.owner !== owner) return
    yield* content.owner === 'documents' ? documentOf(content, file, name) : rowsOf(content, file)
  } finally {
    await content.close()
  }
}
