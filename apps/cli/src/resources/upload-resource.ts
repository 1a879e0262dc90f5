import type { UploadView } from '@inlet/contract'
import { toPairs, toRelative, toSize } from '../output/format.js'
import type { Resource } from './resource.js'

export const UPLOADS: Resource<UploadView> = {
  noun: 'uploads',
  about: 'list uploaded files, and replace or delete them',
  ref: ({ id }) => id,
  list: {
    about: 'uploaded files, newest first',
    path: () => '/v1/uploads',
    limit: 50,
    columns: [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'SOURCES', cell: ({ sources }) => sources.map(({ slug }) => slug).join(',') || '–' },
      { title: 'SIZE', cell: ({ size }) => toSize(size) },
      { title: 'UPLOADED', cell: (upload, { now }) => toRelative(arrivedAt(upload), now) },
      { title: 'STATUS', cell: (upload) => toUploadStatus(upload) },
      { title: 'ID', cell: ({ id }) => id },
      { title: 'SHA256', cell: ({ sha256 }) => sha256, wide: true },
    ],
    none: 'No uploads. Upload a file and read it with `inlet sources create <file>`.',
    examples: ['inlet uploads', 'inlet uploads -o json'],
  },
  get: {
    about: 'an upload, and the sources that read it',
    argument: '<upload>',
    text: 'its id',
    path: (ref) => `/v1/uploads/${ref}`,
    lines: (upload: UploadView) =>
      toPairs([
        ['name', upload.name],
        ['id', upload.id],
        ['size', `${toSize(upload.size)} (${upload.size} bytes)`],
        ['sha256', upload.sha256],
        ['uploaded', upload.createdAt],
        ['replaced', upload.replacedAt],
        ['status', toUploadStatus(upload)],
        ['sources', upload.sources.map(({ slug, state, problem }) => `${slug} (${problem ?? state})`).join(', ')],
      ]),
    examples: ['inlet uploads get 7d3c1a60-1f0e-4c55-8f4a-2f6f6d0f7f21'],
  },
}

const arrivedAt = ({ createdAt, replacedAt }: UploadView): string => replacedAt ?? createdAt

/** What became of the present content, in a word: `unused`, `read`, `waiting` until its sources have run, or the reason why it cannot be used. */
export const toUploadStatus = ({ sources }: Pick<UploadView, 'sources'>): string => {
  if (sources.length === 0) return 'unused'
  const problem = sources.find((source) => source.problem !== null)?.problem
  if (problem !== undefined && problem !== null) return problem
  return sources.every(({ state }) => state === 'read') ? 'read' : 'waiting'
}
