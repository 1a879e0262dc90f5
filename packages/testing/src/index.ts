export { startEmbeddedPostgres as startPostgres } from '@inlet/db/embedded'
export { asOrdinaryUser } from './as-ordinary-user.js'
export { embedStored, toUnit } from './embed-stored.js'
export {
  type EmbeddingBehavior,
  type EmbeddingCall,
  type EmbeddingServer,
  type EmbedTexts,
  embedWords,
  startEmbeddingServer,
} from './embedding-server.js'
export { type Emulator, hasEmulator, startEmulator } from './emulator.js'
export {
  findChromium,
  findCommand,
  findCounterpart,
  findMariadb,
  findRedisServer,
  type MariadbBinaries,
  requireCounterpart,
  TEST_TOOLS,
} from './find-tool.js'
export { findLibrdkafka, type Librdkafka } from './kafka/librdkafka.js'
export { type MockCluster, type MockMessage, startMockCluster } from './kafka/mock-cluster.js'
export { startMariadb, type TestMariadb } from './mariadb.js'
export { startRedis, type TestRedis } from './redis.js'
export { type SilentProxy, startSilentProxy } from './silent-proxy.js'
export { canMountDisk, mountSmallDisk, type SmallDisk } from './small-disk.js'
export { createTestDatabase, databaseUrl, runSql, type TestDatabase } from './template-database.js'
export { type TestBatchPlace, type TestEntry, testBatch } from './test-batch.js'
export { openTestStore, type TestStore } from './test-store.js'
export { until } from './until.js'
export { openVectorStore } from './vector-store.js'
