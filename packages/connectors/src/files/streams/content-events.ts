import type { Content } from '../content/content.js'
import { createContentCaveats, documentCaveats } from './content-caveats.js'
import type { ItemEvent } from './item-event.js'

/** The rows of some content, and what is to be said of it. */
export async function* rowsOf(content: Content, file: string): AsyncGenerator<ItemEvent, void, void> {
  const caveats = createContentCaveats(content, file)
  for await (const rows of content.rows()) {
    const found = caveats.take(false)
    if (found.length > 0) yield { file, caveats: found }
    if (rows.length > 0) yield { file, rows }
  }
  yield { file, caveats: caveats.take(true) }
}

/** The document that some content is, and what is to be said of it. */
export async function* documentOf(content: Content, file: string, name: string): AsyncGenerator<ItemEvent, void, void> {
  const document = await content.document()
  yield { file, name, format: content.format, document }
  yield { file, caveats: [...documentCaveats(document, file), ...createContentCaveats(content, file).take(true)] }
}
