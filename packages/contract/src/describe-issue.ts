import type { z } from 'zod'

type Issue = z.core.$ZodIssue

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
}

/** Describes what is wrong with a field. A schema's own message is kept. */
export const describeIssue = (issue: Issue): string => {
  if (!/^(Invalid|Too|Unrecognized)\b/.test(issue.message)) return issue.message
  if (issue.code === 'invalid_type') return isMissing(issue) ? 'is required' : `must be ${KINDS[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') return isMissing(issue) ? 'is required' : `must be ${oneOf(issue.values)}`
  if (issue.code === 'too_small') return sizeOf(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least')
  if (issue.code === 'too_big') return sizeOf(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most')
  if (issue.code === 'invalid_union') return describeUnion(issue)
  if (issue.code === 'invalid_format') return describeFormat(issue)
  return issue.message.replace(/^Invalid input: /, '')
}

const isMissing = (issue: Issue): boolean => issue.message.endsWith('received undefined')

const oneOf = (values: readonly unknown[]): string => {
  const named = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)))
  return named.length === 1 ? `${named[0]}` : `one of ${named.join(', ')}`
}

const UNITS: Readonly<Record<string, readonly [string, string]>> = {
  string: ['character', 'characters'],
  array: ['item', 'items'],
  set: ['item', 'items'],
}

const sizeOf = (origin: string, limit: number | bigint, how: string): string => {
  const unit = UNITS[origin]
  const shown = limit.toLocaleString('en-US')
  return unit === undefined ? `must be ${how} ${shown}` : `must have ${how} ${shown} ${Number(limit) === 1 ? unit[0] : unit[1]}`
}

/** Describes a value that has none of several forms: what all of them lack, otherwise what each of them requires. */
const describeUnion = (issue: Extract<Issue, { code: 'invalid_union' }>): string => {
  const wants = new Set(issue.errors.flatMap(([first]) => (first !== undefined && first.path.length === 0 ? [describeIssue(first)] : [])))
  if (wants.has('is required')) return 'is required'
  return wants.size === 0 ? 'has none of the forms that are allowed here' : [...wants].join(', or ')
}

const FORMATS: Readonly<Record<string, string>> = {
  uuid: 'an id (UUID)',
  url: 'a URL such as https://example.com/path',
  email: 'an e-mail address',
  datetime: 'a moment such as 2026-01-31T00:00:00Z',
}

const describeFormat = (issue: Extract<Issue, { code: 'invalid_format' }>): string => {
  const known = FORMATS[issue.format]
  if (known !== undefined) return `must be ${known}`
  return 'pattern' in issue && typeof issue.pattern === 'string' ? `must match ${issue.pattern}` : `must be ${issue.format}`
}
