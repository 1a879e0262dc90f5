/** What a git process may do, and what it is given. */
export interface GitSetup {
  /** Becomes HOME, TMPDIR and the working directory; the process needs no other folder except gitDir. */
  readonly workDir: string
  readonly gitDir?: string
  /** Transports that git may use, as in GIT_ALLOW_PROTOCOL; `none` for commands that need no network. */
  readonly protocols: 'none' | 'http' | 'https'
  /** Further settings; values may be secret, because they are passed in the environment and never as arguments. */
  readonly settings?: readonly (readonly [key: string, value: string])[]
  /** Texts that must not appear in a failure. */
  readonly secrets?: readonly string[]
}

/** Where to look for git: the usual folders, not those of the user who started the worker. */
const PATH = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/opt/local/bin'

/**
 * Settings at command scope, which override those of the repository: nothing that a repository configures may run a
 * program, change the output or reach another location. See git-config(1).
 */
const HARDENED: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.pager', 'cat'],
  ['core.askPass', ''],
  ['core.sshCommand', 'false'],
  ['core.gitProxy', ''],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.commitGraph', 'true'],
  ['core.quotePath', 'false'],
  ['credential.helper', ''],
  ['protocol.ext.allow', 'never'],
  ['protocol.file.allow', 'never'],
  ['protocol.ssh.allow', 'never'],
  ['protocol.git.allow', 'never'],
  ['safe.directory', '*'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.writeCommitGraph', 'false'],
  ['fetch.unpackLimit', '1'],
  ['transfer.bundleURI', 'false'],
  ['gc.autoDetach', 'false'],
  ['maintenance.autoDetach', 'false'],
  ['log.showSignature', 'false'],
  ['log.showRoot', 'true'],
  ['log.mailmap', 'false'],
  ['diff.orderFile', '/dev/null'],
  ['diff.relative', 'false'],
  ['i18n.logOutputEncoding', 'UTF-8'],
  ['http.followRedirects', 'false'],
  ['http.proxy', ''],
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '30'],
  ['http.userAgent', 'inlet-git'],
  ['filter.lfs.smudge', ''],
  ['filter.lfs.process', ''],
  ['filter.lfs.required', 'false'],
]

/** Returns the complete environment of a git process, with nothing of the worker's own. Pure. */
export const gitEnvironment = (setup: GitSetup): Readonly<Record<string, string>> => {
  const settings = [...HARDENED, ...(setup.settings ?? [])]
  return {
    PATH,
    HOME: setup.workDir,
    TMPDIR: setup.workDir,
    XDG_CONFIG_HOME: setup.workDir,
    LC_ALL: 'C',
    TZ: 'UTC',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_SSH_COMMAND: 'false',
    GIT_PROTOCOL_FROM_USER: '0',
    GIT_ALLOW_PROTOCOL: setup.protocols,
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: '/dev/null',
    ...(setup.gitDir === undefined ? {} : { GIT_DIR: setup.gitDir }),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  }
}
