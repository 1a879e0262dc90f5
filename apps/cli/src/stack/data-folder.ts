import { randomBytes } from 'node:crypto'
import { accessSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createMasterKeyText } from '@inlet/security'
import { z } from 'zod'

const settingsSchema = z.strictObject({
  postgresPassword: z.string(),
  postgresPort: z.number().int().optional(),
  encryptionKeys: z.string(),
  adminKey: z.string().optional(),
  demo: z.strictObject({ sitePort: z.number().int(), readerPassword: z.string() }).optional(),
})
export type LocalSettings = z.infer<typeof settingsSchema>

/** The folder of a local installation: database files, logs, working copies, and the secrets made for it (mode 0600). */
export interface DataFolder {
  readonly path: string
  readonly settings: LocalSettings
  /** Changes settings and writes them. */
  update(change: Partial<LocalSettings>): void
  file(...parts: readonly string[]): string
}

/** Opens a data folder, making it and its secrets when it is new. Throws with the next step when it cannot be written or read. */
export const openDataFolder = (directory: string): DataFolder => {
  const root = path.resolve(directory)
  try {
    mkdirSync(root, { recursive: true })
    accessSync(root)
  } catch (error) {
    throw new Error(`the data folder ${root} cannot be used; choose another one with --data`, { cause: error })
  }
  for (const name of ['logs', 'work']) mkdirSync(path.join(root, name), { recursive: true })
  const file = path.join(root, 'settings.json')
  let settings = existsSync(file)
    ? readSettings(file)
    : { postgresPassword: randomBytes(24).toString('base64url'), encryptionKeys: createMasterKeyText('local1') }
  const write = (): void => {
    writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 })
    chmodSync(file, 0o600)
  }
  write()
  return {
    path: root,
    get settings() {
      return settings
    },
    update(change) {
      settings = { ...settings, ...change }
      write()
    },
    file: (...parts) => path.join(root, ...parts),
  }
}

const readSettings = (file: string): LocalSettings => {
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new Error(`${file} is damaged; restore it from a backup (it holds the encryption key), or start over with another --data folder`, {
      cause: error,
    })
  }
}
