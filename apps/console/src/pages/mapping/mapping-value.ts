import type { SourceDetail, TestResult } from '@inlet/contract'

export type MappingValue = NonNullable<SourceDetail['mapping']>
export type MappingRule = MappingValue[string]
export type RawRecord = TestResult['records'][number]['raw']

/** For all streams without a rule of their own. */
export const ANY_STREAM = '*'

/** The same with the rule of a stream set; an empty expression takes it away, and the last one the mapping. */
export const withRule = (mapping: MappingValue | null, stream: string, rule: MappingRule): MappingValue | null => {
  const others = Object.entries(mapping ?? {}).filter(([name]) => name !== stream)
  const rules = rule.expression.trim() === '' ? others : [...others, [stream, rule] as const]
  return rules.length === 0 ? null : Object.fromEntries(rules)
}
