import { z } from 'zod'
import { type Actor, writeAudit } from '../audit/write-audit.js'
import type { Database } from '../database.js'
import { lockRow, readDatabaseTime, type Transaction, toJson } from '../prisma-transaction.js'
import { findSetting } from '../settings/setting-repository.js'

const KEY = 'encryption_rotation'

const rotation = z.object({
  to: z.string(),
  total: z.number(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  unreadable: z.number(),
  message: z.string().nullable(),
})

/** A rotation of keys: its target and its state. Its progress follows from what is still sealed with other keys. */
export type Rotation = z.infer<typeof rotation>

/** Returns the last rotation; null before the first. */
export const findRotation = async (database: Database): Promise<Rotation | null> => {
  const value = await findSetting(database, KEY)
  return value === null ? null : rotation.parse(value)
}

/** Begins a rotation unless one to the same key is in progress. */
export const beginRotation = (database: Database, { to, total }: { readonly to: string; readonly total: number }, actor: Actor): Promise<void> =>
  database.prismaTransaction(async ({ prisma, client }) => {
    const now = await readDatabaseTime(client)
    const value: Rotation = { to, total, startedAt: now.toISOString(), finishedAt: null, unreadable: 0, message: null }
    const { count: first } = await prisma.setting.createMany({ data: [{ key: KEY, value }], skipDuplicates: true })
    if (first === 0) {
      const running = await lockRunning({ prisma, client }, to)
      if (running !== null) return
      await prisma.setting.update({ where: { key: KEY }, data: { value } })
    }
    await writeAudit(client, { actor, action: 'encryption.rotate', targetType: 'encryption', targetId: to })
  })

/** Returns the rotation to this key, locked, while it is unfinished; null when the last one is to another key, or none is in progress. */
const lockRunning = async ({ prisma, client }: Transaction, to: string): Promise<Rotation | null> => {
  await lockRow(client, 'setting', KEY)
  const setting = await prisma.setting.findUnique({ where: { key: KEY } })
  const last = setting === null ? null : rotation.parse(setting.value)
  return last !== null && last.to === to && last.finishedAt === null ? last : null
}

/** Records the state of a rotation; does nothing if another one was begun meanwhile. */
export const recordRotation = (
  database: Database,
  progress: { readonly to: string; readonly finished: boolean; readonly unreadable: number; readonly message: string | null },
): Promise<void> =>
  database.prismaTransaction(async (tx) => {
    const running = await lockRunning(tx, progress.to)
    if (running === null) return
    const { unreadable, message, finished } = progress
    const finishedAt = finished ? (await readDatabaseTime(tx.client)).toISOString() : null
    await tx.prisma.setting.update({ where: { key: KEY }, data: { value: { ...running, unreadable, message, finishedAt } } })
  })

/** Replaces a setting of this installation if it still has the value the caller read. Returns false if not. */
export const replaceSetting = async (
  { prisma }: Database,
  { key, before, after }: { readonly key: string; readonly before: unknown; readonly after: unknown },
): Promise<boolean> => {
  const { count } = await prisma.setting.updateMany({ where: { key, value: { equals: toJson(before) } }, data: { value: toJson(after) } })
  return count === 1
}
