import type { EventDeps } from './event-deps.js'
import { listEventsHandler } from './list-events.js'
import { streamEventsHandler } from './stream-events.js'

export const createEventHandlers = (deps: EventDeps) => ({ listEvents: listEventsHandler(deps), streamEvents: streamEventsHandler(deps) })
