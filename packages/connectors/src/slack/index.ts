import { defineConnector, Failure, type StreamSpec } from '@inlet/connector-sdk'
import { check } from './check.js'
import { type SlackConfig, type SlackSecrets, type SlackStream, STREAMS, slackConfig, slackSecrets } from './config.js'
import { openConnection, type SlackConnection } from './connection.js'
import { readChannels, readUsers } from './directory/read-directory.js'
import { readHistory } from './history/read-history.js'
import { validateSlack } from './validate.js'

const SPECS: Readonly<Record<SlackStream, Omit<StreamSpec, 'name'>>> = {
  channels: { kind: 'item', incremental: false, deletes: 'sweep', keyFields: ['id'] },
  users: { kind: 'item', incremental: false, deletes: 'sweep', keyFields: ['id'] },
  messages: { kind: 'event', incremental: true, deletes: 'sweep', keyFields: ['channelId', 'ts'] },
  threads: { kind: 'event', incremental: true, deletes: 'sweep', keyFields: ['channelId', 'threadTs', 'ts'] },
  reactions: { kind: 'event', incremental: true, deletes: 'sweep', keyFields: ['channelId', 'ts', 'emoji', 'userId'] },
}

export default defineConnector<SlackConfig, SlackSecrets, SlackConnection>({
  type: 'slack',
  version: '1.0.0',
  title: 'Slack',
  description: 'Messages, threads and reactions of channels as readable text, with the channels and people of a workspace.',
  configSchema: slackConfig,
  secretSchema: slackSecrets,
  validate: validateSlack,
  egress: ({ baseUrl }) => [{ field: 'baseUrl', url: baseUrl }],
  streams(connection) {
    connection.forget()
    return Promise.resolve(STREAMS.filter((stream) => connection.ctx.config.streams.includes(stream)).map((name) => ({ name, ...SPECS[name] })))
  },
  connect: (ctx) => Promise.resolve(openConnection(ctx)),
  check,
  read(connection, request) {
    if (request.stream === 'channels') return readChannels(connection, request)
    if (request.stream === 'users') return readUsers(connection, request)
    if (Object.hasOwn(SPECS, request.stream)) return readHistory(connection, request)
    throw new Failure('INTERNAL', `there is no stream ${request.stream}`)
  },
})
