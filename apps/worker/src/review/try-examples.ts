import { findBroken, type MappingExample } from '@inlet/domain'
import { findStreamMapping, type Mapping, type MappingPool } from '@inlet/mapping'

export interface BrokenExample {
  readonly name: string
  readonly stream: string
  readonly message: string
}

/** The examples that a mapping does not fulfil. */
export const tryExamples = async (
  mappings: Pick<MappingPool, 'map'>,
  mapping: Mapping | null,
  examples: readonly MappingExample[],
  signal: AbortSignal,
): Promise<readonly BrokenExample[]> => {
  const broken: BrokenExample[] = []
  for (const example of examples) {
    const { name, stream } = example
    const record = { ...example.record, stream }
    const rule = findStreamMapping(mapping, stream)
    const [made] = rule === undefined ? [{ records: [record], rejected: null }] : await mappings.map(rule, [record], signal)
    const message = made?.rejected?.message ?? findBroken(example, made?.records ?? [])
    if (message !== null) broken.push({ name, stream, message })
  }
  return broken
}
