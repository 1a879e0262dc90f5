import type { EmbeddedPostgres } from '@inlet/db/embedded'
import { createSourceTable, type SourceTable } from './source-table.js'

/** A table of ten columns, about 360 bytes a row, in a database of its own; it is read by `updated_at`. */
export const createRowsTable = (postgres: EmbeddedPostgres, name: string, rows: number): Promise<SourceTable> =>
  createSourceTable(postgres, {
    database: name,
    rows,
    cursorColumn: 'updated_at',
    columns: `customer text NOT NULL, email text NOT NULL, status text NOT NULL, amount numeric(12,2) NOT NULL, quantity int NOT NULL,
      active boolean NOT NULL, note text, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL`,
    values: `'Customer ' || md5(n::text) || md5('x' || n), 'user' || n || '@example.com', (ARRAY['new','paid','sent','done'])[1 + n % 4],
      (n::bigint * 7919 % 1000000) / 100.0, n % 50, n % 3 = 0, md5('a' || n) || ' ' || md5('b' || n) || ' ' || md5('c' || n) || ' ' || md5('d' || n) || ' ' || md5('e' || n) || ' ' || md5('f' || n),
      timestamptz '2025-01-01' + n * interval '1 second', timestamptz '2025-06-01' + n * interval '1 second'`,
  })
