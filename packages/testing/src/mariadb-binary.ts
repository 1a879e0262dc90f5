import { findCommand } from './find-tool.js'

export interface MariadbBinaries {
  readonly server: string
  readonly install: string
}

/** Finds mariadbd and mariadb-install-db; null when one is missing. Throws when INLET_TEST_REQUIRE asks for them. */
export const findMariadb = (env: NodeJS.ProcessEnv = process.env): MariadbBinaries | null => {
  const server = findCommand('mariadb', ['mariadbd'], env)
  const install = findCommand('mariadb', ['mariadb-install-db'], env)
  return server === null || install === null ? null : { server, install }
}
