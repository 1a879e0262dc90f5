import jsonata from 'jsonata'
import { describe, expect, it } from 'vitest'
import { checkMapping } from './check-mapping.js'
import { KNOWN_FUNCTIONS, REFUSED_FUNCTIONS } from './find-unknown-name.js'

const problemOf = (expression: string): unknown => {
  try {
    checkMapping({ orders: { expression } })
    return null
  } catch (error) {
    return error
  }
}

describe('checkMapping', () => {
  it.each<[expression: string, line: number, column: number, message: RegExp]>([
    ['{\n  "title": data.x +\n}', 3, 1, /"}"/],
    ['{"title": ', 1, 11, /Expected "}"/],
    ['"abc', 1, 5, /terminated/],
    ['', 1, 1, /end of expression/],
    ['/(/', 1, 4, /regular expression/],
    ['data.?', 1, 6, /"\?"/],
    [`${'('.repeat(9_000)}1`, 1, 1, /too deeply/],
    ['x'.repeat(20_001), 1, 20_001, /20000 characters/],
    ['{\n  "title": $uper(data.name)\n}', 2, 12, /no function \$uper/],
    ['data.($map(items, $uper))', 1, 19, /\$uper has no value/],
    ['{"text": $eval(data.code)}', 1, 10, /\$eval is not allowed/],
    ['$map([1], $eval)', 1, 11, /\$eval is not allowed/],
    ['{"occurredAt": $now()}', 1, 16, /unchanged/],
    ['{"key": $random()}', 1, 9, /unchanged/],
  ])('refuses %j at %i:%i', (expression, line, column, message) => {
    const problem = problemOf(expression)
    expect(problem).toMatchObject({ reason: 'MAPPING_SYNTAX', field: 'mapping.orders.expression', position: { line, column } })
    expect(String(problem)).toMatch(message)
  })

  it.each([
    'null',
    '{"title": $uppercase(data.name), "text": $join(data.lines, "\\n")}',
    '($double := function($n) { $n * 2 }; {"data": {"twice": $double(data.n)}})',
    'data.items#$i.{"key": [$$.key, $i]}',
    'data.items@$item.{"title": $item.name}',
    '$map(data.items, function($item, $i) { {"key": $i, "title": $item} })',
    '($fact := function($n) { $n < 2 ? 1 : $n * $fact($n - 1) }; $fact(5))',
    '$ ~> |data|{"seen": true}|',
    'data.name ~> $trim ~> $uppercase',
    '$map(data.items, $uppercase)',
  ])('accepts %s', (expression) => expect(problemOf(expression)).toBeNull())

  it('accepts a source without a mapping', () => {
    expect(() => [checkMapping(null), checkMapping(undefined), checkMapping({})]).not.toThrow()
  })

  it.each([...KNOWN_FUNCTIONS, ...REFUSED_FUNCTIONS.keys()])('$%s is a function of JSONata', async (name) => {
    expect(await jsonata(`$type($${name})`).evaluate({})).toBe('function')
  })
})
