import { plain } from './node.js'
import type { StreamDraft, StreamInput } from './to-stream.js'

export type Nested = { readonly draft: StreamDraft } | { readonly path: string; readonly why: string }

const MAX_LEVELS = 3

/** Gives each stream with parameters in its path a parent (`/users/{id}/posts` gets the stream of `/users`), and reports those without one. Pure. */
export const nestStreams = (drafts: readonly StreamDraft[]): readonly Nested[] => {
  const byPath = new Map(drafts.map((draft) => [draft.stream.path, draft]))
  return drafts.map((draft) => {
    const place = toPlace(draft.stream.path, byPath, 1)
    if (place === null) return { path: draft.stream.path, why: `nothing lists what {${firstParameter(draft.stream.path)}} stands for` }
    if (place.parent === null) return { draft }
    const stream: StreamInput = { ...draft.stream, path: place.path, parent: { stream: place.parent } }
    delete stream.incremental
    const hadCursor = draft.stream.incremental !== undefined
    return {
      draft: {
        ...draft,
        stream: hadCursor ? { ...stream, deletes: 'sweep' } : stream,
        confidence: draft.confidence === 'high' ? 'medium' : draft.confidence,
      },
    }
  })
}

interface Place {
  readonly path: string
  readonly parent: string | null
}

/** Fills the last parameter from the parent, and earlier ones from its ancestors. Null: a list is missing. */
const toPlace = (path: string, byPath: ReadonlyMap<string, StreamDraft>, level: number): Place | null => {
  const match = /^(.*)\/\{([^{}/]+)\}(\/.*)$/.exec(path)
  if (match === null) return path.includes('{') ? null : { path, parent: null }
  const [, before = '', parameter = '', after = ''] = match
  const parent = byPath.get(before)
  if (parent === undefined || level > MAX_LEVELS || after.includes('{')) return null
  const above = toPlace(before, byPath, level + 1)
  if (above === null) return null
  const field = fieldFor(parameter, parent.stream)
  return { path: `${above.path.replaceAll('{parent.', '{parent.parent.')}/{parent.${field}}${after}`, parent: parent.stream.name }
}

/** `{user_login}` means the field `login` of a user if the parent has it, otherwise its key. */
const fieldFor = (parameter: string, parent: StreamInput): string => {
  const known = [...parent.keyFields, ...(parent.titleField === undefined ? [] : [parent.titleField])]
  const wanted = plain(parameter)
  return (
    known.find((field) => plain(field) === wanted) ??
    known.find((field) => plain(field) !== 'id' && wanted.endsWith(plain(field))) ??
    parent.keyFields[0] ??
    'id'
  )
}

const firstParameter = (path: string): string => /\{([^{}]*)\}/.exec(path)?.[1] ?? ''
