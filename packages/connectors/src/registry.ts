import type { Connector } from '@inlet/connector-sdk'
import api from './api/index.js'
import apiLog from './api-log/index.js'
import azureBlob from './azure-blob/index.js'
import file from './file/index.js'
import git from './git/index.js'
import github from './github/index.js'
import kafka from './kafka/index.js'
import mysql from './mysql/index.js'
import postgres from './postgres/index.js'
import rss from './rss/index.js'
import s3 from './s3/index.js'
import singer from './singer/index.js'
import slack from './slack/index.js'
import web from './web/index.js'
import webhook from './webhook/index.js'

/** The one list of all connectors: a new one takes its folder and a line here. */
export const connectors: readonly Connector[] = [
  api,
  apiLog,
  azureBlob,
  file,
  git,
  github,
  kafka,
  mysql,
  postgres,
  rss,
  s3,
  singer,
  slack,
  web,
  webhook,
]

/** Finds the connector of a type; undefined if there is none. */
export const findConnector = (type: string): Connector | undefined => connectors.find((connector) => connector.type === type)
