import { Failure } from '@inlet/connector-sdk'
import type { RowSource } from '../../sql/read/row-source.js'
import type { PostgresPlan } from '../plan/postgres-plan.js'
import { type Statement, selectKeys, selectOrdered, selectUnsettled } from '../plan/select.js'
import type { Session } from '../session/session.js'
import { quoteNames } from '../sql/quote.js'

/** The rows of a plan over a session with an open transaction. */
export const createRowSource = (session: Session, plan: PostgresPlan): RowSource => {
  const rowsOf = ({ text, values }: Statement) => session.rows(text, values)
  return {
    ordered: (bounds) => rowsOf(selectOrdered(plan, bounds)),
    unsettled: (horizon) => rowsOf(selectUnsettled(plan, horizon)),
    keys: (upTo) => rowsOf(selectKeys(plan, upTo)),
    async renew() {
      await session.commit()
      await session.begin()
      const fields = await session.describe(`SELECT ${quoteNames(plan.columns.map((column) => column.name))} FROM ${plan.from}`)
      if (!fields.every((field, at) => field.dataTypeID === plan.columns[at]?.oid)) {
        throw new Failure('SCHEMA_CHANGED', `a column of ${plan.stream} changed its type during the read`, {
          next: 'Nothing to do: the next try goes on from here with the new type.',
        })
      }
    },
  }
}
