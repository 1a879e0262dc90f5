import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

export const ROOT = path.resolve(import.meta.dirname, '../..')

/** A Markdown file of the project. */
export interface Document {
  /** From the root, with slashes. */
  readonly file: string
  readonly text: string
}

/** All Markdown files that are, or are about to be, under version control. */
export const readDocuments = (): readonly Document[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file !== '' && existsSync(path.join(ROOT, file)))
    .map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }))

/** The text without fenced code, in which nothing is a link. */
export const withoutCode = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gmu, '')

/** The anchors that GitHub makes of a document's headings. */
export const anchorsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...withoutCode(text).matchAll(/^#{1,6}\s+(.+)$/gmu)].map(([, heading = '']) =>
      heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/gu, '-'),
    ),
  )

/** The first group of every match. */
export const matches = (pattern: RegExp, text: string): readonly string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '')
