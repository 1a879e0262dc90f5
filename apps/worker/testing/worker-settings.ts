/** Settings of a worker in tests, apart from database, queue and keys: no outside access, enough memory for two runs, free ports. */
export const WORKER_SETTINGS = {
  INLET_EGRESS_ALLOW: [],
  INLET_CONNECTORS: [],
  INLET_SINGER_TAPS: new Map<string, never>(),
  INLET_FILE_ROOTS: [],
  INLET_WORK_DIR: '/tmp/inlet-test-work',
  INLET_CHROMIUM_SANDBOX: 'auto',
  INLET_CHROMIUM_PAGES: 4,
  INLET_CHROMIUM_MEMORY_BYTES: 1_073_741_824,
  INLET_WORKER_CONCURRENCY: 4,
  INLET_WORKER_INFLIGHT_BYTES: 33_554_432,
  INLET_SCRIBE_BACKLOG_BYTES: 67_108_864,
  INLET_WORKER_OPS_HOST: '127.0.0.1',
  INLET_WORKER_OPS_PORT: 0,
} as const
