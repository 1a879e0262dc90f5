import { accessSync, constants } from 'node:fs'
import path from 'node:path'

export interface MariadbBinaries {
  readonly server: string
  readonly install: string
}

/** mariadbd and mariadb-install-db on the PATH or in /usr/sbin; null when one is missing. Throws when INLET_TEST_REQUIRE asks for them. */
export const findMariadb = (env: NodeJS.ProcessEnv = process.env): MariadbBinaries | null => {
  // Debian keeps servers where the PATH of ordinary accounts does not look.
  const folders = [...(env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== ''), '/usr/sbin']
  const find = (name: string): string | undefined => folders.map((folder) => path.join(folder, name)).find(isExecutable)
  const [server, install] = [find('mariadbd'), find('mariadb-install-db')]
  if (server !== undefined && install !== undefined) return { server, install }
  if ((env['INLET_TEST_REQUIRE'] ?? '').split(',').includes('mariadb')) throw new Error('INLET_TEST_REQUIRE names mariadb, but no mariadbd was found')
  return null
}

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
