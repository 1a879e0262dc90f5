import type { SourceDetail, UploadView } from '@inlet/contract'
import { isUuid } from '@inlet/domain'
import { type ApiClient, ApiProblem } from '../client/api-client.js'
import { listAll } from '../client/list-all.js'

/** What is meant when a source has several uploads: the one that is called so. */
interface Hint {
  readonly fileName: string
}

/**
 * An upload by its id, by the source that reads it, or by its file name. Throws an error that says how to name it when it is none or not
 * the only one.
 */
export const findUpload = async (api: ApiClient, ref: string, hint?: Hint): Promise<UploadView> =>
  (isUuid(ref) ? await orNull(api.call<UploadView>('GET', `/v1/uploads/${ref}`)) : null) ??
  (await findOfSource(api, ref, hint)) ??
  (await findByName(api, ref))

const findOfSource = async (api: ApiClient, ref: string, hint: Hint | undefined): Promise<UploadView | null> => {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/u.test(ref)) return null
  const source = await orNull(api.call<SourceDetail>('GET', `/v1/sources/${ref}`))
  if (source === null) return null
  const ids: unknown = source.config['uploads']
  if (source.connector !== 'file' || !Array.isArray(ids) || ids.length === 0)
    throw new Error(
      `${source.slug} reads no upload${source.connector === 'file' ? ', but the paths in its settings' : ` (connector ${source.connector})`}`,
    )
  const uploads = (await Promise.all(ids.map((id) => orNull(api.call<UploadView>('GET', `/v1/uploads/${String(id)}`))))).filter((one) => one !== null)
  if (uploads.length === 0)
    throw new Error(`the upload of ${source.slug} was deleted; give it another one: inlet sources update ${source.slug} --set uploads=<id>`)
  return theOnly(uploads.length > 1 && hint !== undefined ? uploads.filter(({ name }) => name === hint.fileName) : uploads, {
    none: `${source.slug} reads ${uploads.length} uploads, none of them called ${hint?.fileName ?? ''}`,
    several: `${source.slug} reads several uploads`,
    choices: uploads,
  })
}

const findByName = async (api: ApiClient, name: string): Promise<UploadView> => {
  const found: UploadView[] = []
  for await (const upload of listAll<UploadView>(api, '/v1/uploads', {})) if (upload.name === name) found.push(upload)
  return theOnly(found, {
    none: `there is no upload, and no source, called ${name}; \`inlet uploads\` lists the uploads`,
    several: `several uploads are called ${name}`,
    choices: found,
  })
}

interface Explanation {
  readonly none: string
  readonly several: string
  readonly choices: readonly UploadView[]
}

const theOnly = (found: readonly UploadView[], { none, several, choices }: Explanation): UploadView => {
  const [upload] = found
  if (upload !== undefined && found.length === 1) return upload
  const list = choices.slice(0, MAX_CHOICES).map(({ id, name }) => `  ${name} ${id}`)
  throw new Error([found.length === 0 ? none : several, ...(list.length === 0 ? [] : ['Name it by its id:', ...list])].join('\n'))
}

const MAX_CHOICES = 10

const orNull = async <T>(answer: Promise<T>): Promise<T | null> => {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null
    throw error
  }
}
