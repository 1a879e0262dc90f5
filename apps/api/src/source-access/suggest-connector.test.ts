import { describe, expect, it } from 'vitest'
import { suggestConnector } from './lookup.js'

const exists = (type: string): boolean => ['postgres', 'mysql', 'web', 'api', 'rss', 'file', 'git', 'azure_blob', 'github'].includes(type)

describe('suggestConnector', () => {
  it.each([
    ['postgresql', 'postgres'],
    ['PostgreSQL', 'postgres'],
    ['postgress', 'postgres'],
    ['Postgres', 'postgres'],
    ['mariadb', 'mysql'],
    ['azure-blob', 'azure_blob'],
    ['webb', 'web'],
    ['rest', 'api'],
    ['s3', null],
    ['bucket', null],
    ['nothing like it', null],
    ['constructor', null],
    ['x'.repeat(5_000), null],
  ])('%s → %s', (type, meant) => expect(suggestConnector(type, exists)).toBe(meant))
})
