import type { Fields, TestGithub } from './start-github.js'

export const putFile = async (github: TestGithub, repository: string, name: string, branch = 'main'): Promise<string> => {
  const content = Buffer.from(name).toString('base64')
  const made = await github.call('PUT', `/repos/${repository}/contents/${name}`, { message: `Add ${name}\n\nIt says its name.`, content, branch })
  return String((made['commit'] as Fields)['sha'])
}

export const openIssue = async (github: TestGithub, repository: string, title: string): Promise<number> =>
  Number((await github.call('POST', `/repos/${repository}/issues`, { title, body: `About ${title}.` }))['number'])

export const comment = async (github: TestGithub, repository: string, issue: number, body: string): Promise<void> =>
  void (await github.call('POST', `/repos/${repository}/issues/${issue}/comments`, { body }))

/** A pull request from a branch of its own, with a commit, a review and a comment on a line. */
export const openPull = async (github: TestGithub, repository: string, branch: string, base: string): Promise<number> => {
  await github.call('POST', `/repos/${repository}/git/refs`, { ref: `refs/heads/${branch}`, sha: base })
  const sha = await putFile(github, repository, `${branch}.txt`, branch)
  const pull = await github.call('POST', `/repos/${repository}/pulls`, { title: `Take ${branch}`, head: branch, base: 'main', body: 'Please.' })
  const number = Number(pull['number'])
  await github.call('POST', `/repos/${repository}/pulls/${number}/reviews`, { event: 'COMMENT', body: `Seen ${branch}` })
  await github.call('POST', `/repos/${repository}/pulls/${number}/comments`, { body: 'Why?', path: `${branch}.txt`, line: 1, commit_id: sha })
  return number
}

export const release = async (github: TestGithub, repository: string, tag: string): Promise<number> =>
  Number((await github.call('POST', `/repos/${repository}/releases`, { tag_name: tag, name: `Version ${tag}`, body: 'New.' }))['id'])

export const act = (github: TestGithub, repository: string, id: number): void => {
  const all = github.activity.get(repository) ?? []
  const created_at = new Date(Date.now() - 60_000 + id * 1000).toISOString()
  all.unshift({ id: String(id), type: 'WatchEvent', actor: { login: 'fan' }, payload: { action: 'started' }, public: true, created_at })
  github.activity.set(repository, all)
}

export interface Amounts {
  readonly commits: number
  readonly issues: number
  readonly pulls: number
}

/** Fills a repository with some of everything. */
export const fill = async (github: TestGithub, repository: string, { commits, issues, pulls }: Amounts): Promise<void> => {
  let head = ''
  for (let n = 0; n < commits; n++) head = await putFile(github, repository, `file-${n}.txt`)
  for (let n = 0; n < issues; n++) {
    const number = await openIssue(github, repository, `issue ${n}`)
    if (n % 2 === 0) await comment(github, repository, number, `comment ${n}`)
  }
  for (let n = 0; n < pulls; n++) await openPull(github, repository, `topic-${n}`, head)
  for (let n = 0; n < 3; n++) await release(github, repository, `v${n}`)
  for (let n = 0; n < 7; n++) act(github, repository, n)
}
