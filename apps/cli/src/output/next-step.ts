import { fillStep } from '@inlet/domain'

/** Steps that read differently once the fields have been listed above. */
const OWN: Readonly<Record<string, string>> = { VALIDATION_FAILED: 'Correct what is named above.' }

/** A request in parentheses after the command that does the same. */
const REQUEST = /(`[^`]+`) \((?:GET|POST|PUT|PATCH|DELETE) \/[^)]*\)/gu

/** Returns what to do, in commands that can be pasted; `source`: its slug or id, if known. */
export const toNextStep = (code: string, next: string, source = '<source>'): string =>
  (Object.hasOwn(OWN, code) ? OWN[code] : undefined) ?? fillStep(next.replaceAll(REQUEST, '$1'), source)
