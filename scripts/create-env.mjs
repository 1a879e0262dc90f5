// Writes a .env for docker-compose.yml: .env.example with fresh random passwords and encryption key. Never overwrites one.
//   node scripts/create-env.mjs [file]
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const file = process.argv[2] ?? path.join(root, '.env')

const fresh = {
  POSTGRES_PASSWORD: randomBytes(24).toString('hex'),
  REDIS_PASSWORD: randomBytes(24).toString('hex'),
  INLET_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
}

let text = readFileSync(path.join(root, '.env.example'), 'utf8')
for (const [key, value] of Object.entries(fresh)) text = text.replace(new RegExp(`^${key}=.*$`, 'm'), () => `${key}=${value}`)

try {
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  console.log(`wrote ${file}; keep INLET_ENCRYPTION_KEYS somewhere safe: without it the stored secrets of sources are lost`)
} catch (error) {
  console.error(error.code === 'EEXIST' ? `${file} exists; it is left as it is` : error.message)
  process.exitCode = 1
}
