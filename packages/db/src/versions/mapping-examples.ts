import { Failure, type MappingExample } from '@inlet/domain'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { lockRow, toJson } from '../prisma-transaction.js'

/** Limited, since each is tried at every publication. */
export const MAX_EXAMPLES = 100

export interface StoredExample extends MappingExample {
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Lists the examples of a source by name; only the one named, if given. */
export const listExamples = async ({ prisma }: Database, sourceId: string, name?: string): Promise<readonly StoredExample[]> => {
  const rows = await prisma.mappingExample.findMany({ where: { sourceId, ...(name !== undefined && { name }) }, orderBy: { name: 'asc' } })
  // Safe: only a MappingExample is ever written here.
  return rows.map(({ sourceId: _sourceId, ...example }) => example as unknown as StoredExample)
}

/** Writes an example; returns true when it is new, null when the source is unknown. Throws VALIDATION_FAILED beyond the limit. */
export const saveExample = (database: Database, sourceId: string, example: MappingExample, actor: Actor): Promise<boolean | null> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const now = await lockRow(client, 'source', sourceId)
    if (now === null) return null
    const { name, stream } = example
    const where = { sourceId_name: { sourceId, name } }
    const isNew = (await prisma.mappingExample.findUnique({ where, select: { name: true } })) === null
    if (isNew && (await prisma.mappingExample.count({ where: { sourceId } })) >= MAX_EXAMPLES)
      throw new Failure('VALIDATION_FAILED', `a source has at most ${MAX_EXAMPLES} examples`)
    const content = { stream, record: toJson(example.record), expected: toJson(example.expected) }
    await prisma.mappingExample.upsert({ where, create: { sourceId, name, ...content }, update: { ...content, updatedAt: now } })
    await writeAudit(client, { actor, action: 'source.example', targetType: 'source', targetId: sourceId, after: { ...example } })
    return isNew
  })

/** Deletes an example; false when there was none. */
export const deleteExample = (database: Database, sourceId: string, name: string, actor: Actor): Promise<boolean> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const { count } = await prisma.mappingExample.deleteMany({ where: { sourceId, name } })
    if (count === 0) return false
    await writeAudit(client, { actor, action: 'source.deleteExample', targetType: 'source', targetId: sourceId, before: { name } })
    return true
  })
