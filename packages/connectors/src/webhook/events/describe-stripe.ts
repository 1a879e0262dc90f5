import { canonicalJson, type JsonObject, type JsonValue, readPath } from '@inlet/connector-sdk'
import type { ParsedBody } from '../body/parse-body.js'
import { type EventFacts, type EventInput, textAt } from './field-reader.js'

/** https://docs.stripe.com/api/events/object */
export const describeStripe = ({ body }: EventInput): EventFacts => {
  const value = body.kind === 'fields' ? body.value : null
  const at = (path: string): string | undefined => textAt(value, path)
  const type = at('type')
  const object = at('data.object.id')
  return {
    id: at('id'),
    type,
    title: type === undefined || object === undefined ? type : `${type} ${object}`,
    text: at('data.object.description'),
    occurredAt: at('created'),
    actor: at('data.object.customer') ?? at('account'),
    projectId: at('account'),
    sessionId: at('request.id'),
    context: { object, livemode: readPath(value, 'livemode') === true, apiVersion: at('api_version') },
  }
}

/** Returns the content of a Stripe event without what Stripe itself changes when it resends the event. */
export const sameStripeEvent = (body: ParsedBody): string =>
  body.kind === 'text' ? body.text : canonicalJson(isObject(body.value) ? { ...body.value, pending_webhooks: undefined } : body.value)

const isObject = (value: JsonValue): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
