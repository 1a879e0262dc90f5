import { Failure } from '@inlet/connector-sdk'
import type { z } from 'zod'
import { matcher } from '../../parsing/listing/glob.js'
import { authShape, listShape, type SlackChannel, type SlackUser, usersShape } from '../api/shapes.js'
import type { Arguments, SlackApi } from '../api/slack-api.js'
import type { SlackConfig } from '../config.js'
import { MAX_CHANNELS } from '../cursor/positions.js'

/** What the settings select, as it is now. */
export interface Catalog {
  /** Sorted by id, so that the order is the same in every run. */
  readonly channels: readonly SlackChannel[]
  /** Settings that name a channel that does not exist. */
  readonly missing: readonly string[]
  /** Whether the settings name the channel itself, so that failing to read it is an error. */
  readonly isNamed: (channel: SlackChannel) => boolean
  readonly teamUrl: string
  readonly team: string | undefined
}

const LIST_PAGE = 500

/** Throws VALIDATION_FAILED for more channels than fit into a cursor, and what the API throws. */
export const readCatalog = async (api: SlackApi, config: SlackConfig, signal: AbortSignal): Promise<Catalog> => {
  const auth = await api.call('auth.test', {}, authShape, signal)
  const takes = anyOf(config.channels)
  const excluded = anyOf(config.exclude)
  const named = new Set(config.channels.filter((pattern) => !isGlob(pattern)).map(plain))
  const channels: SlackChannel[] = []
  for await (const channel of listChannels(api, config, signal)) if (takes(channel) && !excluded(channel)) channels.push(channel)
  if (channels.length > MAX_CHANNELS)
    throw new Failure('VALIDATION_FAILED', `${channels.length} channels match; one source reads at most ${MAX_CHANNELS}`, {
      field: 'config.channels',
      next: 'Split them into several sources by patterns, e.g. team-a* and team-b*.',
    })
  const found = new Set(channels.flatMap((channel) => namesOf(channel)))
  return {
    channels: channels.sort((a, b) => (a.id < b.id ? -1 : 1)),
    missing: [...named].filter((name) => !found.has(name)),
    isNamed: (channel) => namesOf(channel).some((name) => named.has(name)),
    teamUrl: auth.url,
    team: auth.team ?? auth.team_id ?? undefined,
  }
}

async function* listChannels(api: SlackApi, config: SlackConfig, signal: AbortSignal): AsyncGenerator<SlackChannel, void, void> {
  const args = { types: config.types.join(','), exclude_archived: !config.archived, limit: LIST_PAGE }
  for await (const page of pagesOf(api, { method: 'conversations.list', args, shape: listShape, signal })) yield* page.channels
}

/** Lists all people of the workspace, page by page. */
export async function* listUsers(api: SlackApi, signal: AbortSignal): AsyncGenerator<readonly SlackUser[], void, void> {
  for await (const page of pagesOf(api, { method: 'users.list', args: { limit: LIST_PAGE }, shape: usersShape, signal })) yield page.members
}

interface Paging<T> {
  readonly method: string
  readonly args: Arguments
  readonly shape: T
  readonly signal: AbortSignal
}

async function* pagesOf<T extends typeof listShape | typeof usersShape>(
  api: SlackApi,
  { method, args, shape, signal }: Paging<T>,
): AsyncGenerator<Paged<T>, void, void> {
  const seen = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    const page: Paged<T> = (await api.call(method, { ...args, cursor }, shape, signal)) as Paged<T>
    yield page
    cursor = page.response_metadata?.next_cursor || undefined
    if (cursor === undefined) return
    if (seen.has(cursor)) throw new Failure('PAGINATION_LOOP', `${method}: Slack keeps pointing to the same page`)
    seen.add(cursor)
  }
}

/** The compiler does not follow `z.infer` through a type parameter. */
type Paged<T> = T extends typeof listShape ? z.infer<typeof listShape> : z.infer<typeof usersShape>

const isGlob = (pattern: string): boolean => /[*?[{]/.test(pattern)

/** People also write `#general`. */
const plain = (pattern: string): string => pattern.replace(/^#/, '').toLowerCase()

const namesOf = ({ id, name }: SlackChannel): readonly string[] => [id.toLowerCase(), ...(name ? [name.toLowerCase()] : [])]

const anyOf = (patterns: readonly string[]): ((channel: SlackChannel) => boolean) => {
  const names = new Set(patterns.filter((pattern) => !isGlob(pattern)).map(plain))
  const globs = patterns.filter(isGlob).map((pattern) => matcher(plain(pattern)))
  const all = patterns.includes('*')
  return (channel) => all || namesOf(channel).some((name) => names.has(name) || globs.some((matches) => matches(name)))
}

/** The name Slack displays. */
export const nameOf = ({ id, name, real_name: real, profile }: SlackUser): string => profile?.display_name || profile?.real_name || real || name || id
