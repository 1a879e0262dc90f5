-- What Prisma's schema cannot say: one active run per source, the search column, the proof of cursor monotony.

-- Rule: one active run per source, whatever two workers or two ticks do.
CREATE UNIQUE INDEX runs_one_active ON runs (source_id) WHERE status <> 'ended';
CREATE INDEX runs_active ON runs (status, wake_at) WHERE status <> 'ended';

CREATE INDEX sources_due ON sources (next_tick_at) WHERE next_tick_at IS NOT NULL AND deleting_at IS NULL;
CREATE INDEX sources_restart ON sources (restart_at) WHERE restart_at IS NOT NULL;
CREATE INDEX calls_waiting ON calls (deadline) WHERE status = 'waiting';

-- A tsvector holds at most 1 MB: the first 150,000 characters of a text are searchable whatever its script.
ALTER TABLE records DROP COLUMN tsv;
ALTER TABLE records ADD COLUMN tsv tsvector GENERATED ALWAYS AS (
  CASE WHEN text IS NULL AND title IS NULL THEN NULL
       ELSE setweight(to_tsvector('english'::regconfig, coalesce(left(title, 2000), '')), 'A')
         || setweight(to_tsvector('english'::regconfig, coalesce(left(text, 150000), '')), 'B')
  END) STORED;
CREATE INDEX records_tsv ON records USING gin (tsv) WHERE tsv IS NOT NULL;
CREATE INDEX records_scope ON records (stream_id, scope) WHERE scope IS NOT NULL;

-- Uploads are often compressed already; trying again costs time only.
ALTER TABLE upload_chunks ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE FUNCTION write_cursor_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cursor_history (stream_id, epoch, seq, cursor) VALUES (NEW.id, NEW.cursor_epoch, NEW.cursor_seq, NEW.cursor);
  RETURN NULL;
END $$;
CREATE TRIGGER streams_cursor_history AFTER UPDATE OF cursor ON streams
  FOR EACH ROW WHEN (NEW.cursor IS DISTINCT FROM OLD.cursor) EXECUTE FUNCTION write_cursor_history();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
