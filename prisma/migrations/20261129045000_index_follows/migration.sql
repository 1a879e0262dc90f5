-- DropIndex
DROP INDEX "records_doc_id_key";

-- AlterTable
ALTER TABLE "records" ADD COLUMN     "prior_doc_id" BIGINT;

-- CreateTable
CREATE TABLE "search_pending" (
    "id" BIGSERIAL NOT NULL,
    "docs" BIGINT[],
    "records" INTEGER NOT NULL,
    "bytes" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "problem" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "search_pending_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "search_former" (
    "doc_id" BIGINT NOT NULL,
    "stream_id" INTEGER NOT NULL,
    "key_hash" BYTEA NOT NULL,

    CONSTRAINT "search_former_pkey" PRIMARY KEY ("doc_id")
);

-- CreateIndex
CREATE INDEX "search_former_stream_id_key_hash_idx" ON "search_former"("stream_id", "key_hash");

-- CreateIndex
CREATE INDEX "records_doc_id_idx" ON "records"("doc_id");

-- What Prisma's schema cannot say.
-- Rows come and go with every batch: left to the share of a table that is empty most of the time, they would be cleared too rarely.
ALTER TABLE search_pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
ALTER TABLE search_former SET (autovacuum_vacuum_scale_factor = 0.05);
