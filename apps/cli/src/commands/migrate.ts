import { migrate } from '@inlet/db'
import type { CommandContext } from './context.js'

/** `inlet migrate`: brings the database of DATABASE_URL to the schema of this build. */
export const migrateCommand = async ({ terminal, env }: CommandContext): Promise<void> => {
  const applied = await migrate(requireDatabaseUrl(env))
  terminal.line(applied.length === 0 ? 'The database is up to date.' : `Applied: ${applied.join(', ')}`)
}

export const requireDatabaseUrl = (env: CommandContext['env']): string => {
  const url = env['DATABASE_URL']
  if (url === undefined || url === '') throw new Error('set DATABASE_URL, e.g. postgresql://user:password@host:5432/inlet')
  return url
}
