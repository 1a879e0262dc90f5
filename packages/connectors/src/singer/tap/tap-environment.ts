import path from 'node:path'

const PATH = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/opt/local/bin'

/** The whole environment of a tap: nothing of the worker's own, which holds its keys and database. Pure. */
export const tapEnvironment = (executable: string, folder: string): Readonly<Record<string, string>> => ({
  // A tap in a virtual environment starts programs that lie beside it.
  PATH: `${path.dirname(executable)}:${PATH}`,
  HOME: folder,
  TMPDIR: folder,
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  PYTHONUNBUFFERED: '1',
  PYTHONDONTWRITEBYTECODE: '1',
})
