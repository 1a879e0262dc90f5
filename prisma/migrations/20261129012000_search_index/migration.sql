-- AlterTable
ALTER TABLE "records" DROP COLUMN "tsv",
ADD COLUMN     "doc_id" BIGINT;

-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "language" TEXT;

-- CreateTable
CREATE TABLE "record_chunks" (
    "stream_id" INTEGER NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "from_char" INTEGER NOT NULL,
    "to_char" INTEGER NOT NULL,
    "headings" TEXT[],
    "hash" BYTEA NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "record_chunks_pkey" PRIMARY KEY ("stream_id","key_hash","ordinal")
);

-- CreateTable
CREATE TABLE "search_segments" (
    "id" BIGSERIAL NOT NULL,
    "base" BIGINT NOT NULL,
    "last" BIGINT NOT NULL,
    "documents" INTEGER NOT NULL,
    "length" BIGINT NOT NULL,
    "bits" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "languages" TEXT[],
    "live" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "search_segments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "search_postings" (
    "segment_id" BIGINT NOT NULL,
    "slot" BIGINT NOT NULL,
    "postings" BYTEA NOT NULL,

    CONSTRAINT "search_postings_pkey" PRIMARY KEY ("segment_id","slot")
);

-- CreateTable
CREATE TABLE "search_walks" (
    "id" UUID NOT NULL,
    "records" BYTEA NOT NULL,
    "scores" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "search_walks_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "search_walks_expires_at_idx" ON "search_walks"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "records_doc_id_key" ON "records"("doc_id");

-- What Prisma's schema cannot say.
CREATE SEQUENCE record_docs AS bigint;
-- Records of an earlier version, and those whose number was taken by a state that was replaced: maintenance indexes them.
CREATE INDEX records_unindexed ON records (stream_id, key_hash) WHERE doc_id IS NULL AND deleted_at IS NULL;
-- Postings do not compress, and parts of them are read.
ALTER TABLE search_postings ALTER COLUMN postings SET STORAGE EXTERNAL;
