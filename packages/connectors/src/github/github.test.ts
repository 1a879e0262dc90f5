import { Failure } from '@inlet/connector-sdk'
import { describe, expect, it } from 'vitest'
import { githubConfig } from './config.js'
import { MAX_REPOSITORIES, openPositions } from './cursor/positions.js'
import { formatSince, parseSince } from './cursor/since-position.js'
import { STREAM_READERS } from './feeds/stream-readers.js'
import { formatMark, parseMark } from './repositories/repository-mark.js'
import { selectionOf } from './repositories/selection.js'
import { FEEDS } from './streams.js'
import { validateGithub } from './validate.js'

const config = (settings: object) => githubConfig.parse({ repositories: ['acme/docs'], ...settings })

describe('settings of github', () => {
  it.each([
    [{ repositories: ['https://github.com/acme/docs'] }, 'VALIDATION_FAILED', 'config.repositories.0'],
    [{ repositories: ['acme/docs', 'acme'] }, 'VALIDATION_FAILED', 'config.repositories.1'],
    [{ repositories: ['acme/../secrets'] }, 'VALIDATION_FAILED', 'config.repositories.0'],
    [{ repositories: ['acme/..'] }, 'VALIDATION_FAILED', 'config.repositories.0'],
    [{ repositories: ['*/docs'] }, 'VALIDATION_FAILED', 'config.repositories.0'],
    [{ repositories: ['acme/do cs'] }, 'VALIDATION_FAILED', 'config.repositories.0'],
    [{ exclude: ['acme/****a****b****'] }, 'VALIDATION_FAILED', 'config.exclude.0'],
    [{ baseUrl: 'github' }, 'INVALID_URL', 'config.baseUrl'],
    [{ baseUrl: 'https://github.com/acme' }, 'INVALID_URL', 'config.baseUrl'],
    [{ baseUrl: 'ftp://api.github.com' }, 'URL_SCHEME_NOT_ALLOWED', 'config.baseUrl'],
    [{ baseUrl: 'https://me:word@ghe.example.com/api/v3' }, 'URL_CREDENTIALS_NOT_ALLOWED', 'config.baseUrl'],
    [{ branch: '--help' }, 'INVALID_REF', 'config.branch'],
    [{ branch: 'a b' }, 'INVALID_REF', 'config.branch'],
  ])('refuse %j', (settings, reason, field) => {
    expect(() => validateGithub(config(settings))).toThrow(expect.objectContaining({ reason, field }) as Failure)
  })

  it.each([[{}], [{ repositories: ['acme/.github', 'a-b/c.d_e', 'acme/*', 'acme/{a,b}-*'] }], [{ branch: 'feature/x' }]])('accept %j', (settings) => {
    expect(() => validateGithub(config(settings))).not.toThrow()
  })

  it('select by glob case-insensitively, and never what is excluded', () => {
    const { names, owners, takes } = selectionOf(
      config({ repositories: ['Acme/Docs', 'acme/docs', 'acme/svc-*'], exclude: ['acme/*-old'], archived: false }),
    )
    const repository = (full_name: string, more = {}) => ({ full_name, fork: false, archived: false, ...more })
    expect(names).toEqual(['acme/docs'])
    expect(owners).toEqual(['acme'])
    expect(takes(repository('ACME/Svc-A'))).toBe(true)
    expect(takes(repository('acme/svc-old'))).toBe(false)
    expect(takes(repository('acme/shop'))).toBe(false)
    expect(takes(repository('acme/svc-a', { fork: true }))).toBe(false)
    expect(takes(repository('acme/svc-a', { archived: true }))).toBe(false)
  })
})

describe('the cursor of github', () => {
  it.each(Object.entries(STREAM_READERS))('of %s has room for all repositories in 8 KiB', (_name, { width }) => {
    const ids = Array.from({ length: MAX_REPOSITORIES }, (_, n) => 1_200_000_000 + n)
    const positions = openPositions(null, width, ids)
    for (const id of ids) positions.set(id, 'x'.repeat(width))
    positions.backfill = { id: ids[0] ?? 0, page: 99_999, reaches: 'x'.repeat(width), head: 'a'.repeat(64), base: 'b'.repeat(64) }
    const cursor = positions.cursor()
    expect(JSON.stringify(cursor).length).toBeLessThanOrEqual(8_192)
    const again = openPositions(cursor, width, ids)
    expect(again.get(ids.at(-1) ?? 0)).toBe('x'.repeat(width))
    expect(again.backfill).toMatchObject({ page: 99_999 })
    // A repository that is no longer read leaves no trace.
    expect(openPositions(cursor, width, []).cursor()).toEqual({ width, positions: '' })
  })

  it('keeps moment and mark, and refuses a moment that is yet to come', () => {
    const now = new Date('2026-01-01T00:00:00Z')
    const at = { since: Math.floor(now.getTime() / 1000), mark: 'Ab-_' }
    expect(parseSince(formatSince(at) + formatSince({ since: 5, mark: '' }), now)).toEqual(at)
    expect(parseSince(formatSince({ since: 5, mark: '' }), now)).toEqual({ since: 5, mark: '' })
    expect(() => parseSince(formatSince({ ...at, since: at.since + 3_600 }), now)).toThrow(Failure)
  })
})

describe('the mark of a repository', () => {
  const etag = `W/"${'0123456789abcdef'.repeat(4)}"`
  const mark = {
    id: 5,
    asked: 'acme/docs',
    name: 'Acme/Docs',
    etag,
    content: 'abc',
    head: 'f'.repeat(40),
    feeds: Object.fromEntries(FEEDS.map((feed) => [feed, etag])),
  }

  it('keeps all ETags within 1 KiB', () => {
    expect(formatMark(mark).length).toBeLessThanOrEqual(1_024)
    expect(parseMark(formatMark(mark))).toEqual(mark)
    const odd = { ...mark, feeds: { issues: '"short"' } }
    expect(parseMark(formatMark(odd))).toEqual(odd)
  })

  it('drops those that do not fit, and ignores other texts', () => {
    const long = { ...mark, feeds: { issues: `"${'x'.repeat(2_000)}"` } }
    expect(parseMark(formatMark(long))).toEqual({ ...mark, feeds: {} })
    expect(parseMark('nonsense')).toBeNull()
    expect(parseMark(null)).toBeNull()
  })
})
