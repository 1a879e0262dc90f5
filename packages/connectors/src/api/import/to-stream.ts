import type { z } from 'zod'
import type { configSchema } from '../config.js'
import { findSinceParam, guessFields } from './fields.js'
import { findList } from './find-list.js'
import { plain } from './node.js'
import type { Operation, Parameter } from './operations.js'
import { guessPagination, isPaging } from './pagination.js'
import type { Resolver } from './resolver.js'

export type StreamInput = z.input<typeof configSchema>['streams'][number]
export type Confidence = 'high' | 'medium' | 'low'

export interface StreamDraft {
  readonly stream: StreamInput
  readonly confidence: Confidence
  readonly warnings: readonly string[]
}

/** A proposed stream, or why the operation yields none. */
export type Drafted = { readonly draft: StreamDraft } | { readonly why: string }

/** Lists that drop old records themselves: a record missing from them is not gone. */
const EVENTS = /(logs?|events?|audits?|history|activit(y|ies)|notifications?)$/i

/** Drafts a stream from one GET; its path may still contain parameters. Pure. */
export const draftStream = (resolver: Resolver, operation: Operation): Drafted => {
  const { path, answers } = operation
  if (/\/\{[^/]*\}\/?$/.test(path)) return { why: 'it gives one record, not a list' }
  if (answers.length === 0) return { why: 'the document does not describe its answer as JSON' }
  const answer = answers.find((one) => findList(resolver, one, path) !== null)
  const list = answer === undefined ? null : findList(resolver, answer, path)
  if (answer === undefined || list === null) return { why: 'its answer holds no list' }
  const fields = guessFields(resolver, list.item, path)
  if (fields.keyFields.length === 0) return { why: 'no field of its records looks like a key' }
  const query = requiredQuery(operation)
  if ('missing' in query) return { why: `it needs the parameter ${query.missing}` }
  const pagination = guessPagination(resolver, operation, {
    answer,
    recordsPath: list.recordsPath,
    key: fields.keyIsSure ? fields.keyFields[0] : undefined,
  })
  const firstQuery = { ...query.values, ...pagination.query }
  const since = findSinceParam(operation)
  const isEvents = EVENTS.test(path)
  const doubts = [
    ...(list.sure ? [] : [`"${list.recordsPath}" is taken for the list of records`]),
    ...(fields.keyIsSure ? [] : [`"${fields.keyFields[0]}" is taken for the key`]),
    ...(pagination.warning === undefined ? [] : [pagination.warning]),
    ...query.warnings,
    ...(operation.deprecated ? ['the operation is deprecated'] : []),
  ]
  const { titleField, textFields, urlField, occurredAtField } = fields
  return {
    draft: {
      stream: {
        name: toName(path),
        path,
        ...(isEvents ? { kind: 'event' } : textFields.length > 0 && titleField !== undefined && { kind: 'document' }),
        ...(list.recordsPath !== '' && { recordsPath: list.recordsPath }),
        keyFields: [...fields.keyFields],
        ...(titleField !== undefined && { titleField }),
        ...(textFields.length > 0 && { textFields: [...textFields] }),
        ...(urlField !== undefined && { urlField }),
        ...(occurredAtField !== undefined && { occurredAtField }),
        ...(Object.keys(firstQuery).length > 0 && { query: firstQuery }),
        // The guess has the shape of the schema's input; the schema checks it at the end.
        ...(pagination.spec.kind !== 'none' && { pagination: pagination.spec as StreamInput['pagination'] }),
        ...toChanges(fields.updatedField, since, pagination.sure && fields.keyIsSure && !isEvents),
      },
      confidence: !pagination.sure || operation.deprecated ? 'low' : doubts.length > 0 ? 'medium' : 'high',
      warnings: doubts,
    },
  }
}

type Changes = Pick<StreamInput, 'incremental' | 'deletes'>

/** Reads new records only where the API can be asked for them; otherwise the whole list, and what is missing from it is gone. */
const toChanges = (
  updated: { readonly name: string; readonly isNumber: boolean } | undefined,
  since: { readonly name: string; readonly isNumber: boolean } | undefined,
  readsAll: boolean,
): Changes => {
  if (since === undefined) return readsAll ? { deletes: 'sweep' } : {}
  const format = since.isNumber ? 'epochSeconds' : 'iso'
  if (updated === undefined || updated.isNumber !== since.isNumber)
    return { incremental: { kind: 'since', param: since.name, ...(since.isNumber && { format }) } }
  return { incremental: { kind: 'field', cursorField: updated.name, param: since.name, ...(since.isNumber && { format }) } }
}

type Query = { readonly missing: string } | { readonly values: Record<string, string | number | boolean>; readonly warnings: readonly string[] }

/** Returns the required parameters, with the values that the document suggests. */
const requiredQuery = ({ parameters }: Operation): Query => {
  const values: Record<string, string | number | boolean> = {}
  const warnings: string[] = []
  for (const parameter of parameters.filter((one) => one.required && one.in === 'query' && !isPaging(one.name) && !isSecret(one.name))) {
    const value = suggestion(parameter)
    if (value === undefined) return { missing: parameter.name }
    values[parameter.name] = value
    warnings.push(`the required parameter ${parameter.name} is set to ${JSON.stringify(value)}`)
  }
  return { values, warnings }
}

const isSecret = (name: string): boolean => /token|apikey|secret|password/.test(plain(name))

const suggestion = ({ schema }: Parameter): string | number | boolean | undefined => {
  const first = [schema['default'], schema['example'], Array.isArray(schema['enum']) ? schema['enum'][0] : undefined]
  return first.find((one) => typeof one === 'number' || typeof one === 'boolean' || (typeof one === 'string' && one !== '' && one.length <= 200)) as
    | string
    | number
    | boolean
    | undefined
}

/** `/v1/users/{id}/posts` → `users_posts`. */
const toName = (path: string): string => {
  const words = path.split('/').filter((word) => word !== '' && !word.includes('{') && !/^(api|rest|v\d+(\.\d+)*)$/i.test(word))
  const name = words
    .join('_')
    .replaceAll(/[^\w.-]+/g, '_')
    .slice(0, 90)
  return name === '' ? 'list' : name
}
