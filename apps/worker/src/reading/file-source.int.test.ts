import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ingestion, startIngestion } from '../../testing/start-ingestion.js'

const csv = (rows: number): string => ['id', ...Array.from({ length: rows }, (_, n) => String(n + 1))].join('\n').concat('\n')

describe('a source of files', () => {
  let ingestion: Ingestion
  let root: string

  beforeAll(async () => {
    root = await realpath(await mkdtemp(path.join(tmpdir(), 'inlet-shrunk-')))
    ingestion = await startIngestion({ config: { INLET_FILE_ROOTS: [root] } })
  })
  afterAll(async () => {
    await ingestion.close()
    await rm(root, { recursive: true, force: true })
  })

  it('keeps the rows of a file that is cut down to its header, and makes every run partial, until the deletion is confirmed', async () => {
    const { pool } = ingestion.store.database
    const file = path.join(root, 'prices.csv')
    await writeFile(file, csv(300))
    const id = await ingestion.addSource('file', { config: { paths: [file], keyFields: ['id'] } })
    const run = async (options: { readonly allowMassDelete?: boolean } = {}) => {
      const { outcome } = await ingestion.ended(await ingestion.startRun(id, options))
      const { rows } = await pool.query(
        `SELECT live_records::int AS live, (SELECT jsonb_path_query_array(r.progress, '$.warnings[*].reason') FROM runs r JOIN sources s ON s.last_run_id = r.id WHERE s.id = $1) AS warnings
         FROM streams WHERE source_id = $1 AND name = 'rows'`,
        [id],
      )
      return { outcome, ...rows[0] }
    }
    expect(await run()).toEqual({ outcome: 'ok', live: 300, warnings: [] })
    await writeFile(file, csv(0))
    const refused = { outcome: 'partial', live: 300, warnings: ['MASS_DELETE_REFUSED'] }
    expect(await run()).toEqual(refused)
    expect(await run()).toEqual(refused)
    expect(await run({ allowMassDelete: true })).toEqual({ outcome: 'ok', live: 0, warnings: [] })
    expect(await run()).toMatchObject({ outcome: 'ok_nothing_new', live: 0 })
  })

  it('keeps a broken document in quarantine while it is there, and no longer', async () => {
    const folder = path.join(root, 'documents')
    await mkdir(folder)
    await writeFile(path.join(folder, 'good.md'), '# Leases\n\nA lease expires.')
    await writeFile(path.join(folder, 'broken.pdf'), '%PDF-1.4 broken')
    const id = await ingestion.addSource('file', { config: { paths: [`${folder}/*`] } })
    const run = async () => {
      await ingestion.ended(await ingestion.startRun(id))
      const { rows } = await ingestion.store.database.pool.query<{ key: string; state: string }>(
        'SELECT key, state FROM quarantine WHERE source_id = $1 ORDER BY id',
        [id],
      )
      return rows
    }
    const open = [{ key: 'documents/broken.pdf', state: 'open' }]
    expect(await run()).toEqual(open)
    // Neither is read again.
    expect(await run()).toEqual(open)
    await rm(path.join(folder, 'broken.pdf'))
    expect(await run()).toEqual([{ key: 'documents/broken.pdf', state: 'resolved' }])
  })
})
