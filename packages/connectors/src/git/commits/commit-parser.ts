import { Failure } from '@inlet/connector-sdk'

/** The fields of a commit, in the order git writes them; each ends with NUL. */
export const COMMIT_FIELDS = ['%H', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%B'] as const
export const COMMIT_FORMAT = `--format=tformat:${COMMIT_FIELDS.join('%x00')}%x00`

/** How many paths of one commit are kept, and how many characters; beyond either they are only counted. */
export const MAX_PATHS = 1000
const MAX_PATH_CHARACTERS = 256 * 1024

/** A type, not an interface, so that the compiler accepts it as JSON. */
export type ChangedPath = {
  readonly path: string
  /** A added, M modified, D deleted, T type changed. */
  readonly status: string
  /** Lines; null for binary files. */
  additions: number | null
  deletions: number | null
}

export interface RawCommit {
  /** In the order of COMMIT_FIELDS. */
  readonly fields: readonly string[]
  readonly paths: ChangedPath[]
  pathCharacters: number
  files: number
  additions: number
  deletions: number
}

type Expecting = 'field' | 'separator' | 'change' | 'path'

export interface CommitParser {
  /** Returns the commits that the tokens complete. */
  push(tokens: readonly string[]): RawCommit[]
  /** Returns the last commit; throws UPSTREAM_INVALID when it is incomplete. */
  end(): RawCommit[]
}

/**
 * Assembles the tokens of `git log -z --raw --numstat --format=…` into commits. The fields of a commit are followed by an empty token,
 * then for every path `:mode mode id id status` and the path, then for every path `added TAB deleted TAB path`.
 */
export const createCommitParser = (): CommitParser => {
  let fields: string[] = []
  let current: RawCommit | null = null
  let expecting: Expecting = 'field'
  let status = ''
  let counted = 0
  const startField = (token: string, done: RawCommit[]): void => {
    if (fields.length === 0 && current !== null) {
      done.push(current)
      current = null
    }
    fields.push(token)
    if (fields.length < COMMIT_FIELDS.length) return
    current = { fields, paths: [], pathCharacters: 0, files: 0, additions: 0, deletions: 0 }
    fields = []
    counted = 0
    expecting = 'separator'
  }
  const readChange = (token: string, done: RawCommit[]): void => {
    const text = token.startsWith('\n') ? token.slice(1) : token
    if (text.startsWith(':')) {
      status = text.slice(text.lastIndexOf(' ') + 1, text.lastIndexOf(' ') + 2)
      expecting = 'path'
    } else if (text.includes('\t')) {
      if (current !== null) count(current, text, counted++)
    } else {
      expecting = 'field'
      startField(text, done)
    }
  }
  return {
    push(tokens) {
      const done: RawCommit[] = []
      for (const token of tokens) {
        if (expecting === 'field') startField(token, done)
        else if (expecting === 'separator') expecting = 'change'
        else if (expecting === 'change') readChange(token, done)
        else {
          if (current !== null) addPath(current, token, status)
          expecting = 'change'
        }
      }
      return done
    },
    end() {
      if (fields.length > 0) throw new Failure('UPSTREAM_INVALID', 'git ended in the middle of a commit')
      return current === null ? [] : [current]
    },
  }
}

const addPath = (commit: RawCommit, path: string, status: string): void => {
  commit.files++
  commit.pathCharacters += path.length
  if (commit.paths.length < MAX_PATHS && commit.pathCharacters <= MAX_PATH_CHARACTERS)
    commit.paths.push({ path, status, additions: null, deletions: null })
}

/** Line counts come in the order of the paths. */
const count = (commit: RawCommit, text: string, index: number): void => {
  const [added = '-', deleted = '-'] = text.split('\t', 2)
  const additions = added === '-' ? null : Number(added)
  const deletions = deleted === '-' ? null : Number(deleted)
  commit.additions += additions ?? 0
  commit.deletions += deletions ?? 0
  const path = commit.paths[index]
  if (path === undefined) return
  path.additions = additions
  path.deletions = deletions
}
