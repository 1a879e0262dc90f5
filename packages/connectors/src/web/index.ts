import { defineConnector } from '@inlet/connector-sdk'
import { type SiteSecrets, siteSecrets } from '../site/site-access.js'
import { checkSite } from './check-site.js'
import { validateWeb, type WebConfig, webConfig } from './config.js'
import { STREAM } from './crawl/to-record.js'
import { openSite, type SiteConnection } from './site-connection.js'

export default defineConnector<WebConfig, SiteSecrets, SiteConnection>({
  type: 'web',
  version: '1.0.0',
  title: 'Web site',
  description: 'Crawls a site, over HTTP or in a browser, and stores the main content of its pages as Markdown, with title, links and metadata.',
  transport: 'node',
  configSchema: webConfig,
  secretSchema: siteSecrets,
  validate: validateWeb,
  egress: (config) => [
    ...config.startUrls.map((url, index) => ({ field: `startUrls.${index}`, url })),
    ...(typeof config.sitemap === 'string' ? [] : config.sitemap.map((url, index) => ({ field: `sitemap.${index}`, url }))),
  ],
  streams: async () => [{ name: STREAM, kind: 'document', incremental: true, deletes: 'sweep', keyFields: ['url'] }],
  connect: async (ctx) => openSite(ctx),
  check: checkSite,
  read: (connection, request) => connection.read(request),
})
