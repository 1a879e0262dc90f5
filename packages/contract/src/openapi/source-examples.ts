/** An example request body, shown by name in the API documentation. */
export interface RequestExample {
  readonly summary: string
  readonly value: unknown
}

/** One source per connector, as in docs/guides/sources.md; a test compares the two. */
export const SOURCE_EXAMPLES: Readonly<Record<string, RequestExample>> = {
  web: {
    summary: 'Web sites',
    value: {
      name: 'Product docs',
      connector: 'web',
      config: { startUrls: ['https://docs.example.com/'], include: ['/guide/**'], maxPages: 2000 },
      schedule: { cron: '30 4 * * *', timeZone: 'Europe/Berlin' },
    },
  },
  api: {
    summary: 'REST APIs',
    value: {
      name: 'Tracker',
      connector: 'api',
      config: {
        url: 'https://tracker.example.com/api',
        auth: { kind: 'bearer' },
        streams: [
          {
            name: 'issues',
            path: '/issues',
            recordsPath: 'data',
            keyFields: ['id'],
            titleField: 'title',
            textFields: ['description'],
            pagination: { kind: 'page' },
            incremental: { kind: 'field', cursorField: 'updated_at', param: 'updated_since' },
          },
        ],
      },
      secrets: { token: '<token>' },
      schedule: { cron: '*/10 * * * *' },
    },
  },
  postgres: {
    summary: 'PostgreSQL',
    value: {
      name: 'Shop',
      connector: 'postgres',
      config: {
        host: 'db.example.com',
        database: 'shop',
        user: 'inlet_reader',
        tables: [{ name: 'articles', cursorColumn: 'updated_at', titleColumn: 'title', textColumns: ['body'] }],
      },
      secrets: { password: '<password>' },
      schedule: { cron: '*/5 * * * *' },
    },
  },
  mysql: {
    summary: 'MySQL and MariaDB',
    value: {
      name: 'Old shop',
      connector: 'mysql',
      config: {
        host: 'mysql.example.com',
        database: 'shop',
        user: 'inlet_reader',
        cursorColumns: ['updated_at'],
        queries: [
          { name: 'open_orders', sql: "select id, total, updated_at from orders where state = 'open'", keyFields: ['id'], cursorField: 'updated_at' },
        ],
      },
      secrets: { password: '<password>' },
      schedule: { cron: '*/5 * * * *' },
    },
  },
  file: {
    summary: 'Files and uploads',
    value: {
      name: 'Price lists',
      connector: 'file',
      config: { paths: ['prices/**/*.csv'], keyFields: ['sku'], fields: { title: 'name', text: 'about' } },
      schedule: { cron: '0 * * * *' },
    },
  },
  s3: {
    summary: 'Amazon S3 and compatible stores',
    value: {
      name: 'Exports',
      connector: 's3',
      config: { bucket: 'reports', region: 'eu-central-1', prefix: 'exports/', include: ['exports/**/*.csv'], keyFields: ['id'] },
      secrets: { accessKeyId: '<access key id>', secretAccessKey: '<secret access key>' },
      schedule: { cron: '15 * * * *' },
    },
  },
  azure_blob: {
    summary: 'Azure Blob Storage',
    value: {
      name: 'Contracts',
      connector: 'azure_blob',
      config: { account: 'myaccount', container: 'contracts', include: ['signed/**'] },
      secrets: { sasToken: 'sv=2021-12-02&sr=c&sp=rl&se=2030-01-01&sig=<signature>' },
      schedule: { cron: '15 * * * *' },
    },
  },
  git: {
    summary: 'Git repositories',
    value: {
      name: 'Handbook',
      connector: 'git',
      config: { url: 'https://git.example.org/team/handbook.git', branch: 'main', streams: ['commits', 'files'], include: ['docs/**'] },
      secrets: { token: '<token>' },
      schedule: { cron: '*/15 * * * *' },
    },
  },
  slack: {
    summary: 'Slack',
    value: {
      name: 'Team talk',
      connector: 'slack',
      config: { channels: ['general', 'team-*'], since: '2025-01-01T00:00:00Z' },
      secrets: { token: 'xoxb-<token>' },
      schedule: { cron: '*/15 * * * *' },
    },
  },
  github: {
    summary: 'GitHub',
    value: {
      name: 'Our repositories',
      connector: 'github',
      config: {
        repositories: ['acme/handbook', 'acme/service-*'],
        streams: ['commits', 'pull_requests', 'issues', 'comments', 'reviews', 'releases'],
      },
      secrets: { token: '<token>' },
      schedule: { cron: '*/10 * * * *' },
    },
  },
  rss: {
    summary: 'Feeds',
    value: {
      name: 'Release news',
      connector: 'rss',
      config: { feeds: ['https://blog.example.com/feed.xml', 'https://status.example.com/history.atom'] },
      schedule: { cron: '*/30 * * * *' },
    },
  },
  singer: {
    summary: 'Singer taps',
    value: {
      name: 'Shop by tap',
      connector: 'singer',
      config: {
        tap: 'tap-mysql',
        settings: { host: 'db.example.com', port: '3306', user: 'reader' },
        streams: ['shop-*'],
        replication: { 'shop-orders': { method: 'INCREMENTAL', key: 'updated_at' }, '*': { method: 'FULL_TABLE' } },
      },
      secrets: { settings: { password: '<password>' } },
      schedule: { cron: '15 * * * *' },
    },
  },
  kafka: {
    summary: 'Kafka',
    value: {
      name: 'Orders',
      connector: 'kafka',
      config: { brokers: ['kafka.example.com:9093'], topics: ['orders', 'audit.*'], tls: { enabled: true }, sasl: 'scram-sha-512' },
      secrets: { username: 'inlet', password: '…' },
    },
  },
  webhook: {
    summary: 'Webhooks',
    value: {
      name: 'Shop events',
      slug: 'shop-events',
      connector: 'webhook',
      config: { signature: { scheme: 'hmac', header: 'X-Signature', idHeader: 'X-Event-Id' }, paths: { type: 'event' } },
      secrets: { signingSecret: 'shared with the shop' },
    },
  },
  api_log: {
    summary: 'HTTP access logs',
    value: {
      name: 'Gateway errors',
      connector: 'api_log',
      config: { paths: ['/var/log/nginx/access.log'], status: ['4xx', '500-599'], endpoints: ['/api/v1/*'] },
      schedule: { cron: '* * * * *' },
    },
  },
}
