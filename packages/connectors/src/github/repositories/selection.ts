import { Failure } from '@inlet/connector-sdk'
import { matcher } from '../../parsing/listing/glob.js'
import type { GithubConfig } from '../config.js'

export interface RepositoryPattern {
  readonly owner: string
  readonly name: string
  /** Whether the name is a glob. */
  readonly glob: boolean
}

const OWNER = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$/
const NAME = /^[\w.-]{1,100}$/
const GLOB = /^[\w.*?[\]{},-]{1,100}$/

/** Parses `owner/name` or `owner/glob`. Throws VALIDATION_FAILED, with what to write instead of a URL. */
export const parsePattern = (text: string, field: string): RepositoryPattern => {
  const [owner = '', name = '', ...rest] = text.split('/')
  const glob = /[*?[{]/.test(name)
  if (rest.length === 0 && OWNER.test(owner) && (glob ? GLOB : NAME).test(name) && name !== '.' && name !== '..') return { owner, name, glob }
  const next = /^https?:/.test(text) ? 'Write owner/name, not the URL.' : 'Write owner/name, or owner/* for all of an owner.'
  throw new Failure('VALIDATION_FAILED', `${JSON.stringify(text.slice(0, 200))} does not name a repository`, { field, next })
}

/** The repositories that the settings select: single ones by name, and owners with the globs to apply. */
export interface Selection {
  readonly names: readonly string[]
  readonly owners: readonly string[]
  /** Whether a listed repository matches a glob and is not excluded. */
  readonly takes: (repository: { readonly full_name: string; readonly fork: boolean; readonly archived: boolean }) => boolean
}

export const selectionOf = (config: GithubConfig): Selection => {
  const patterns = config.repositories.map((text) => parsePattern(text, 'config.repositories'))
  const globs = config.repositories.filter((_, index) => patterns[index]?.glob === true).map(matchName)
  const excluded = config.exclude.map(matchName)
  const isExcluded = (name: string): boolean => excluded.some((matches) => matches(name))
  return {
    names: unique(patterns.filter(({ glob }) => !glob).map(({ owner, name }) => `${owner}/${name}`)).filter((name) => !isExcluded(name)),
    owners: unique(patterns.filter(({ glob }) => glob).map(({ owner }) => owner)),
    takes: ({ full_name, fork, archived }) =>
      (config.forks || !fork) && (config.archived || !archived) && globs.some((matches) => matches(full_name)) && !isExcluded(full_name),
  }
}

/** GitHub's names are case-insensitive. */
const matchName = (pattern: string): ((name: string) => boolean) => {
  const [owner = '', name = ''] = pattern.toLowerCase().split('/')
  const matches = matcher(name)
  return (full) => {
    const [itsOwner, itsName = ''] = full.toLowerCase().split('/')
    // A leading dot is not special here: `.github` is a repository like any other.
    return itsOwner === owner && (name === '*' || matches(itsName))
  }
}

const unique = (names: readonly string[]): readonly string[] => [...new Map(names.map((name) => [name.toLowerCase(), name])).values()]
