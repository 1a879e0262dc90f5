-- AlterTable
ALTER TABLE "quarantine" ADD COLUMN     "attempts" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "edited" TEXT,
ADD COLUMN     "epoch" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "key_hash" BYTEA,
ADD COLUMN     "outcome" TEXT,
ADD COLUMN     "record" TEXT,
ADD COLUMN     "retry_run_id" UUID,
ADD COLUMN     "seq" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "state" TEXT NOT NULL DEFAULT 'open',
ADD COLUMN     "state_at" TIMESTAMPTZ(3),
ADD COLUMN     "state_by" TEXT;


-- What a batch that brings the same keys later resolves, and what a retry takes up.
CREATE INDEX quarantine_unresolved ON quarantine (source_id, stream, key_hash) WHERE state IN ('open', 'retrying');
CREATE INDEX quarantine_retrying ON quarantine (source_id, id) WHERE state = 'retrying';
