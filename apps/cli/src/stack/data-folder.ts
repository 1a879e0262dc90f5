import { randomBytes } from 'node:crypto'
import { accessSync, chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createMasterKeyText } from '@inlet/security'
import { z } from 'zod'

/** The default data folder of `inlet up`. */
export const DATA_FOLDER = '.inlet'

/** The demo's own folder: its sources read servers that run only with the demo, and would fail forever in another installation. */
export const DEMO_FOLDER = '.inlet-demo'

/** The folders in which commands look for a running installation, in order. */
export const DATA_FOLDERS: readonly string[] = [DATA_FOLDER, DEMO_FOLDER]

const settingsSchema = z.strictObject({
  postgresPassword: z.string(),
  postgresPort: z.number().int().optional(),
  encryptionKeys: z.string(),
  adminKey: z.string().optional(),
  demo: z.strictObject({ sitePort: z.number().int(), readerPassword: z.string() }).optional(),
})
export type LocalSettings = z.infer<typeof settingsSchema>

/** The folder of a local installation: database files, logs, working copies, and the secrets generated for it (mode 0600). */
export interface DataFolder {
  readonly path: string
  readonly settings: LocalSettings
  /** Changes settings and writes them. */
  update(change: Partial<LocalSettings>): void
  file(...parts: readonly string[]): string
}

/** Under root, the embedded Postgres runs as another user, who must be able to enter its own folder but see nothing else. */
const MODE = process.getuid?.() === 0 ? 0o711 : 0o700

/**
 * Opens a data folder, creating it and its secrets when it is new: only once, however many processes open it at the same moment. Throws with the next
 * step when it cannot be written or read.
 */
export const openDataFolder = (directory: string): DataFolder => {
  const root = path.resolve(directory)
  try {
    mkdirSync(root, { recursive: true, mode: MODE })
    chmodSync(root, MODE)
    accessSync(root)
  } catch (error) {
    throw new Error(`the data folder ${root} cannot be used; choose another one with --data`, { cause: error })
  }
  for (const name of ['logs', 'work']) {
    mkdirSync(path.join(root, name), { recursive: true, mode: 0o700 })
    chmodSync(path.join(root, name), 0o700)
  }
  const file = path.join(root, 'settings.json')
  if (!existsSync(file)) makeSettings(file)
  chmodSync(file, 0o600)
  let settings = readSettings(file)
  return {
    path: root,
    get settings() {
      return settings
    },
    update(change) {
      // Another process may have changed them meanwhile.
      settings = { ...readSettings(file), ...change }
      writeAside(file, settings, (own) => renameSync(own, file))
    },
    file: (...parts) => path.join(root, ...parts),
  }
}

/** Generates settings; the first process wins: a second encryption key would make what the first has sealed unreadable. */
const makeSettings = (file: string): void => {
  const settings = { postgresPassword: randomBytes(24).toString('base64url'), encryptionKeys: createMasterKeyText('local1') }
  writeAside(file, settings, (own) => {
    try {
      linkSync(own, file)
    } catch (error) {
      if (!existsSync(file)) throw error
    }
  })
}

/** Writes the settings to a temporary file, so that nobody ever reads half of them, and lets `place` move it into place. */
const writeAside = (file: string, settings: LocalSettings, place: (own: string) => void): void => {
  const own = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`
  try {
    writeFileSync(own, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    place(own)
  } finally {
    rmSync(own, { force: true })
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
