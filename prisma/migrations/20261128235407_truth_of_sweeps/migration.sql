-- AlterTable
ALTER TABLE "quarantine" ADD COLUMN     "fingerprint" BYTEA,
ADD COLUMN     "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "occurrences" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "resolution" TEXT,
ADD COLUMN     "scope" TEXT;

-- AlterTable
ALTER TABLE "sweep_seen" DROP CONSTRAINT "sweep_seen_pkey",
ADD COLUMN     "content" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "seq" INTEGER NOT NULL DEFAULT 2147483647,
ADD CONSTRAINT "sweep_seen_pkey" PRIMARY KEY ("run_id", "stream_id", "key_hash", "seq");

UPDATE quarantine SET last_seen_at = created_at;

-- One unresolved row per failure: what fails in every run is counted there, not piled up.
CREATE UNIQUE INDEX quarantine_once ON quarantine (source_id, fingerprint) WHERE state IN ('open', 'retrying') AND fingerprint IS NOT NULL;

-- What a batch that brings the same keys later resolves. Rows without a key are resolved by complete readings of their stream.
DROP INDEX quarantine_unresolved;
CREATE INDEX quarantine_unresolved ON quarantine (source_id, stream, key_hash) WHERE state IN ('open', 'retrying') AND key_hash IS NOT NULL;
CREATE INDEX quarantine_unresolved_keyless ON quarantine (source_id, stream) WHERE state IN ('open', 'retrying') AND key_hash IS NULL;
