import { accessMessages } from './messages/access.js'
import { deliveryMessages } from './messages/delivery.js'
import { readingMessages } from './messages/reading.js'
import { reasonsMessages } from './messages/reasons.js'
import { shellMessages } from './messages/shell.js'
import { sourceMessages } from './messages/source.js'
import { sourcesMessages } from './messages/sources.js'

/** Every text of the console that is more than a name of the API, by section. */
export const messages = {
  ...shellMessages,
  ...sourcesMessages,
  ...sourceMessages,
  ...readingMessages,
  ...reasonsMessages,
  ...deliveryMessages,
  ...accessMessages,
} as const
