import { type BrowseTarget, findBrowseTarget } from '@inlet/db'
import { Failure } from '@inlet/domain'
import { sourceNotFound } from '../sources/source-not-found.js'
import type { BrowseDeps } from './browse-deps.js'

/** A source whose connector has paths. Throws NOT_FOUND, NOT_BROWSABLE. */
export const findBrowsable = async ({ database, findConnector }: BrowseDeps, ref: string): Promise<BrowseTarget> => {
  const target = await findBrowseTarget(database, ref)
  if (target === null) throw sourceNotFound()
  const { connector } = target
  if (findConnector(connector)?.browse === undefined) throw new Failure('NOT_BROWSABLE', `the connector ${connector} has no paths`)
  return target
}
