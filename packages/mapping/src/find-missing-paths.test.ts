import { describe, expect, it } from 'vitest'
import { findMissingPaths } from './find-missing-paths.js'

const records = [
  { key: 1, data: { title: 'a', user: { name: 'x' }, tags: [{ name: 't' }], none: null } },
  { key: 2, data: { title: 'b', late: true } },
]

describe('findMissingPaths', () => {
  it.each<[string, readonly string[]]>([
    ['{ "title": data.title }', []],
    ['{ "title": data.titel }', ['data.titel']],
    ['{ "title": data.user.nmae, "text": data.late }', ['data.user.nmae']],
    ['{ "title": data.tags.name, "text": data.tags.nam }', ['data.tags.nam']],
    ['$uppercase(data.titel) & " " & data.title', ['data.titel']],
    ['data.missing ? { "title": data.title } : null', ['data.missing']],
    ['data.tags[name = "t"].name', []],
    ['data.tagz[name = "t"].name', ['data.tagz']],
    ['( $t := data.titel; { "title": $t } )', ['data.titel']],
    ['data.tags.{ "title": nam }', []],
    ['$map(data.tags, function($v) { $v.nam })', []],
    ['$merge([$, { "title": data.titel }])', ['data.titel']],
    ['{ "title": data.none }', []],
    ['{ "title": titel }', ['titel']],
    ['"constant"', []],
    ['{ "broken', []],
  ])('%s', (expression, missing) => expect([...findMissingPaths(expression, records)].sort()).toEqual(missing))

  it('reports nothing for an empty sample', () => expect(findMissingPaths('data.x', [])).toEqual([]))
})
