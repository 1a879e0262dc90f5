-- AlterTable
ALTER TABLE "source_versions" ADD COLUMN     "load_failed_at" TIMESTAMPTZ(3),
ADD COLUMN     "load_message" TEXT,
ADD COLUMN     "load_reason" TEXT,
ADD COLUMN     "loaded_at" TIMESTAMPTZ(3),
ADD COLUMN     "restored_from" INTEGER,
ADD COLUMN     "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ALTER COLUMN "number" DROP NOT NULL;

-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "draft_revision" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "raw_samples" (
    "id" BIGSERIAL NOT NULL,
    "source_id" UUID NOT NULL,
    "stream" TEXT NOT NULL,
    "record" TEXT NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "raw_samples_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mapping_examples" (
    "source_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "stream" TEXT NOT NULL,
    "record" JSONB NOT NULL,
    "expected" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "mapping_examples_pkey" PRIMARY KEY ("source_id","name")
);

-- CreateIndex
CREATE INDEX "raw_samples_source_id_stream_id_idx" ON "raw_samples"("source_id", "stream", "id");

-- CreateIndex
CREATE INDEX "raw_samples_read_at_idx" ON "raw_samples"("read_at");

-- A draft has no number yet; of drafts and of published versions a source has at most one.
ALTER TABLE source_versions ADD CONSTRAINT source_versions_numbered CHECK ((state = 'draft') = (number IS NULL));
CREATE UNIQUE INDEX source_versions_one_draft ON source_versions (source_id) WHERE state = 'draft';
CREATE UNIQUE INDEX source_versions_one_published ON source_versions (source_id) WHERE state = 'published';

-- What a version says can change while it is a draft only.
CREATE FUNCTION refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'version % of source % is immutable', OLD.number, OLD.source_id;
END $$;
CREATE TRIGGER source_versions_immutable BEFORE UPDATE ON source_versions FOR EACH ROW
  WHEN (OLD.state <> 'draft' AND (NEW.state = 'draft'
    OR (NEW.number, NEW.config, NEW.mapping, NEW.cron, NEW.time_zone) IS DISTINCT FROM (OLD.number, OLD.config, OLD.mapping, OLD.cron, OLD.time_zone)))
  EXECUTE FUNCTION refuse_version_change();

-- Tells workers in the transaction of the change; see docs/adr. Runs do not touch these columns.
CREATE FUNCTION notify_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('inlet_sources', NEW.id::text);
  RETURN NULL;
END $$;
CREATE TRIGGER sources_notify AFTER UPDATE OF version_id, revision, deleting_at ON sources FOR EACH ROW
  WHEN ((NEW.version_id, NEW.revision, NEW.deleting_at) IS DISTINCT FROM (OLD.version_id, OLD.revision, OLD.deleting_at))
  EXECUTE FUNCTION notify_source();
