import { createDatabase } from '../database.js'

/** What a statement did. */
export interface Plan {
  readonly text: string
  /** Rows that its scans and joins looked at. */
  readonly touched: number
}
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows'?: number
  readonly 'Actual Loops'?: number
  readonly 'Rows Removed by Filter'?: number
  readonly 'Rows Removed by Join Filter'?: number
  readonly 'Rows Removed by Index Recheck'?: number
  readonly Plans?: readonly PlanNode[]
}

const touchedBy = (node: PlanNode): number => {
  const loops = node['Actual Loops'] ?? 0
  const own = node['Relation Name'] === undefined ? 0 : (node['Actual Rows'] ?? 0)
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0)
  return (own + removed) * loops + (node.Plans ?? []).reduce((sum, child) => sum + touchedBy(child), 0)
}

/** Opens a database that collects the plans of its statements, with actual row counts. */
export const openWatched = (url: string) => {
  const plans: Plan[] = []
  const database = createDatabase({ url, applicationName: 'plans', poolSize: 2 })
  for (const pool of [database.pool, database.keyed, database.lists])
    pool.on('connect', (client) => {
      client.on('notice', ({ message }) => {
        const at = message?.indexOf('plan:\n') ?? -1
        if (message === undefined || at === -1) return
        const { 'Query Text': text, Plan: plan } = JSON.parse(message.slice(at + 6)) as { 'Query Text': string; Plan: PlanNode }
        plans.push({ text, touched: touchedBy(plan) })
      })
      void client.query(
        `LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on; SET auto_explain.log_timing = off;
       SET auto_explain.log_format = json; SET auto_explain.log_level = notice`,
      )
    })
  /** Returns the plan of the statement in this work that touched the most rows. Throws when none was seen. */
  const worst = async (work: () => Promise<unknown>): Promise<Plan> => {
    plans.length = 0
    await work()
    return plans.reduce((a, b) => (b.touched > a.touched ? b : a))
  }
  return { database, plans, worst }
}
