import { Failure } from '@inlet/connector-sdk'
import type { RowSource } from '../../sql/read/row-source.js'
import type { MysqlPlan } from '../plan/mysql-plan.js'
import { selectKeys, selectOrdered, selectUnsettled } from '../plan/select.js'
import type { Session } from '../session/session.js'
import { quoteName } from '../sql/literal.js'

/** The rows of a plan over a session with an open transaction. */
export const createRowSource = (session: Session, plan: MysqlPlan): RowSource => ({
  ordered: (bounds) => session.rows(selectOrdered(plan, bounds)),
  unsettled: (horizon) => session.rows(selectUnsettled(plan, horizon)),
  keys: (upTo) => session.rows(selectKeys(plan, upTo)),
  async renew() {
    await session.renew()
    const fields = await session.describe(`SELECT ${plan.columns.map((column) => `t.${quoteName(column.name)}`).join(', ')} FROM ${plan.from}`)
    if (!fields.every((field, at) => field.type.kind === plan.columns[at]?.type.kind)) {
      throw new Failure('SCHEMA_CHANGED', `a column of ${plan.stream} changed its type during the read`, {
        next: 'Nothing to do: the next try goes on from here with the new type.',
      })
    }
  },
})
