// Writes and checks migrations with Prisma's schema engine in its WASM build, which needs no download.
//   npm run db -- new <name>   write a migration for the difference between prisma/migrations and prisma/schema.prisma
//   npm run db -- check        exit 2 when they differ
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { startEmbeddedPostgres } from '../packages/db/src/embedded/embedded-postgres.js'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const migrations = path.join(root, 'prisma/migrations')
const [command, name] = process.argv.slice(2)

Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error('schema engine:', message) } })

// The stock adapter cannot serve the schema engine: it splits scripts at ';' (which breaks $$ bodies), opens the shadow
// database with the URL of the real one, and refuses the catalog's "char", name[] and regtype columns.
const OID_AS = new Map([
  [18, 25],
  [1003, 1009],
  [2206, 25],
  [24, 25],
])
const CHARACTER = 6

// biome-ignore-start lint: the adapter's inner API is untyped
/* oxlint-disable typescript/no-explicit-any */
const patchAdapter = (adapter: any): any => {
  const pool = adapter.underlyingDriver()
  const query = pool.query.bind(pool)
  const { performIO, queryRaw } = Object.getPrototypeOf(Object.getPrototypeOf(adapter))
  adapter.queryRaw = async (request: unknown) => {
    const characters: number[] = []
    const self = Object.create(adapter, {
      performIO: {
        value: async (input: unknown) => {
          const result = await performIO.call(adapter, input)
          result.fields.forEach((field: { dataTypeID: number }, index: number) => {
            if (field.dataTypeID === 18) characters.push(index)
            field.dataTypeID = OID_AS.get(field.dataTypeID) ?? field.dataTypeID
          })
          return result
        },
      },
    })
    const result = await queryRaw.call(self, request)
    for (const index of characters) result.columnTypes[index] = CHARACTER
    return result
  }
  adapter.executeScript = async (sql: string) => {
    try {
      await query(sql)
    } catch (error) {
      adapter.onError(error)
    }
  }
  return adapter
}

const migrationAdapter = (url: string): any =>
  Object.assign(new PrismaPg({ connectionString: url }), {
    async connect() {
      return patchAdapter(await new PrismaPg({ connectionString: url }).connect())
    },
    async connectToShadowDb() {
      const shadow = `shadow_${crypto.randomUUID().replaceAll('-', '')}`
      const admin = new pg.Client({ connectionString: url })
      await admin.connect()
      await admin.query(`CREATE DATABASE ${shadow}`)
      const shadowUrl = new URL(url)
      shadowUrl.pathname = `/${shadow}`
      const adapter = patchAdapter(await new PrismaPg({ connectionString: shadowUrl.href }).connect())
      const dispose = adapter.dispose.bind(adapter)
      adapter.dispose = async () => {
        await dispose()
        await admin.query(`DROP DATABASE ${shadow} WITH (FORCE)`)
        await admin.end()
      }
      return adapter
    },
  })

const openEngine = async (url: string, content: string): Promise<any> => {
  const require = createRequire(import.meta.url)
  const engineModule: string = '@prisma/schema-engine-wasm/schema_engine_bg'
  const bindings: any = await import(engineModule)
  const wasm = fs.readFileSync(path.join(path.dirname(require.resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm'))
  const { instance }: any = await (globalThis as any).WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start?.()
  return bindings.SchemaEngine.new({ datamodels: [['schema.prisma', content]] }, () => {}, bindMigrationAwareSqlAdapterFactory(migrationAdapter(url)))
}
/* oxlint-enable typescript/no-explicit-any */
// biome-ignore-end lint: end

const migrationsList = () => ({
  baseDir: migrations,
  lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
  shadowDbInitScript: '',
  migrationDirectories: fs
    .readdirSync(migrations)
    .filter((directory) => /^\d{14}_/.test(directory))
    .sort()
    .map((directory) => ({
      path: directory,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: fs.readFileSync(path.join(migrations, directory, 'migration.sql'), 'utf8') },
      },
    })),
})

const scratch = fs.mkdtempSync(path.join((await import('node:os')).tmpdir(), 'inlet-schema-'))
const server = await startEmbeddedPostgres({ directory: scratch, durable: false })
try {
  const content = fs.readFileSync(path.join(root, 'prisma/schema.prisma'), 'utf8')
  const engine = await openEngine(server.url('postgres'), content)
  const diff = await engine.diff({
    from: { tag: 'migrations', ...migrationsList() },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] },
    script: true,
    shadowDatabaseUrl: null,
    exitCode: true,
    filters: { externalTables: [], externalEnums: [] },
  })
  if (command === 'check') {
    console.log(diff.exitCode === 0 ? 'migrations and schema.prisma agree' : diff.stdout)
    process.exitCode = diff.exitCode
  } else if (command === 'new' && name) {
    if (diff.exitCode === 0) console.log('no changes')
    else {
      const directory = path.join(migrations, `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`)
      fs.mkdirSync(directory, { recursive: true })
      fs.writeFileSync(path.join(directory, 'migration.sql'), diff.stdout)
      console.log(`wrote ${path.relative(root, directory)}\nThe database client learns of the change with: npm run generate`)
    }
  } else {
    console.error('usage: npm run db -- new <name> | check')
    process.exitCode = 1
  }
} finally {
  await server.stop()
  fs.rmSync(scratch, { recursive: true, force: true })
}
process.exit()
