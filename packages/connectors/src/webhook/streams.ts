/** The one stream of the connector. */
export const EVENTS = 'events'
