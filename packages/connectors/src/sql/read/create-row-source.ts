import { Failure } from '@inlet/connector-sdk'
import type { Database, SqlConfig } from '../dialect.js'
import { selectBeyondHorizon, selectKeys, selectOrdered } from '../plan/select.js'
import type { StreamPlan } from '../plan/stream-plan.js'
import type { RowSource } from './row-source.js'

/** The rows of a plan over a session with an open transaction. */
export const createRowSource = <C extends SqlConfig, T>({ dialect, session }: Database<C, T>, plan: StreamPlan<T>): RowSource => ({
  ordered: (bounds) => session.rows(selectOrdered(dialect.syntax, plan, bounds)),
  beyondHorizon: (horizon) => session.rows(selectBeyondHorizon(dialect.syntax, plan, horizon)),
  keys: (upTo) => session.rows(selectKeys(dialect.syntax, plan, upTo)),
  async renew() {
    await session.renew()
    const fields = await session.describe(`SELECT ${plan.columns.map((column) => dialect.syntax.name(column)).join(', ')} FROM ${plan.from}`)
    const isSame = plan.columns.every(({ type }, at) => {
      const field = fields[at]
      return field !== undefined && dialect.sameType(field.type, type)
    })
    if (isSame) return
    throw new Failure('SCHEMA_CHANGED', `a column of ${plan.stream} changed its type during the read`, {
      next: 'Nothing to do: the next try continues from here with the new type.',
    })
  },
})
