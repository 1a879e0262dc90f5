import { Failure } from '@inlet/connector-sdk'
import type { GitConfig, GitSecrets } from '../config.js'
import { isRefName, parseGitUrl } from './git-url.js'

/** Throws GIT_URL_NOT_ALLOWED, URL_CREDENTIALS_NOT_ALLOWED, INVALID_REF or VALIDATION_FAILED. Pure. */
export const validateGit = ({ url, branch }: GitConfig, secrets: GitSecrets): void => {
  if (url !== undefined) parseGitUrl(url)
  if (branch !== undefined && !isRefName(branch))
    throw new Failure('INVALID_REF', `${JSON.stringify(branch.slice(0, 100))} is no branch name`, { field: 'config.branch' })
  if (url === undefined && (secrets.token !== undefined || secrets.username !== undefined))
    throw new Failure('VALIDATION_FAILED', 'a local path takes no credentials', { field: 'secrets' })
}
