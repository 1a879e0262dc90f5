/** The entries of a payload ($1) as rows `r`; the names are those of a PackedRecord. */
export const INPUT = `json_to_recordset($1::json) AS r(s text, k text, h text, o text, c text, kind text, title text, text text,
  url text, at timestamptz, data jsonb, val text, scope text, r text, m text, raw text)`
