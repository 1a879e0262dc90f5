import { defineConnector, Failure } from '@inlet/connector-sdk'
import { type SiteSecrets, siteSecrets } from '../site/site-access.js'
import { check } from './check.js'
import { ENTRIES, FEEDS, type RssConfig, rssConfig, validateRss } from './config.js'
import { openConnection, type RssConnection } from './connection.js'
import { readEntries } from './entries/read-entries.js'
import { readFeeds } from './feeds/read-feeds.js'

export default defineConnector<RssConfig, SiteSecrets, RssConnection>({
  type: 'rss',
  version: '1.0.0',
  title: 'RSS, Atom and JSON feeds',
  description: 'Entries of feeds as Markdown, with authors, categories, enclosures and dates; optionally with the main content of their pages.',
  configSchema: rssConfig,
  secretSchema: siteSecrets,
  validate: validateRss,
  egress: (config) => config.feeds.map((url, index) => ({ field: `feeds.${index}`, url })),
  streams: () =>
    Promise.resolve([
      { name: ENTRIES, kind: 'document', incremental: true, deletes: 'none', keyFields: ['feed', 'id'] },
      { name: FEEDS, kind: 'item', incremental: false, deletes: 'sweep', keyFields: ['feed'], catalog: true },
    ]),
  connect: (ctx) => Promise.resolve(openConnection(ctx)),
  check,
  read(connection, request) {
    if (request.stream === ENTRIES) return readEntries(connection, request)
    if (request.stream === FEEDS) return readFeeds(connection, request)
    throw new Failure('INTERNAL', `there is no stream ${request.stream}`)
  },
})
