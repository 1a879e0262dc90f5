import { compileGlobs } from '@inlet/connector-sdk'
import type { GitConfig } from '../config.js'

/** Whether a path is selected by the include and exclude globs; a glob that matches a folder selects all below it. */
export const createPathFilter = ({ include, exclude }: Pick<GitConfig, 'include' | 'exclude'>): ((path: string) => boolean) => {
  const matcher = (patterns: readonly string[]): ((path: string) => boolean) =>
    compileGlobs(
      patterns.flatMap((pattern) => [pattern, `${pattern.replace(/\/+$/, '')}/**`]),
      { dot: true, braces: false },
    )
  const included = include.length === 0 ? () => true : matcher(include)
  const excluded = exclude.length === 0 ? () => false : matcher(exclude)
  return (path) => included(path) && !excluded(path)
}
