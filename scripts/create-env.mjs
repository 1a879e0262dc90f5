// Writes what docker-compose.yml needs: .env from .env.example, and a folder of fresh secrets. Never overwrites anything.
//   node scripts/create-env.mjs [folder]
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const folder = path.resolve(process.argv[2] ?? root)
const [envFile, secretsDir] = [path.join(folder, '.env'), path.join(folder, 'secrets')]

const [postgres, redis] = [randomBytes(24).toString('hex'), randomBytes(24).toString('hex')]
const secrets = {
  postgres_password: postgres,
  redis_password: redis,
  database_url: `postgresql://inlet:${postgres}@postgres:5432/inlet`,
  redis_url: `redis://:${redis}@redis:6379`,
  encryption_keys: `k1:${randomBytes(32).toString('base64')}`,
}

const present = [envFile, secretsDir].filter((file) => existsSync(file))
if (present.length > 0) {
  console.error(`${present.join(' and ')} exists; everything is left as it is`)
  process.exit(1)
}
mkdirSync(secretsDir, { mode: 0o700 })
// The folder keeps others out on this machine; inside the containers another user reads the mounted files.
for (const [name, value] of Object.entries(secrets)) writeFileSync(path.join(secretsDir, name), `${value}\n`, { mode: 0o644, flag: 'wx' })
writeFileSync(envFile, readFileSync(path.join(root, '.env.example'), 'utf8'), { mode: 0o600, flag: 'wx' })
console.log(
  `wrote ${envFile} and ${secretsDir}; keep ${path.join(secretsDir, 'encryption_keys')} safe: without it the stored secrets of sources are lost`,
)
