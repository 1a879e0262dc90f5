-- CreateTable
CREATE TABLE "search_generations" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "space" SERIAL NOT NULL,
    "url" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "dimensions" INTEGER NOT NULL,
    "asks_dimensions" BOOLEAN NOT NULL,
    "question_prefix" TEXT NOT NULL DEFAULT '',
    "text_prefix" TEXT NOT NULL DEFAULT '',
    "sealed" JSONB,
    "version" INTEGER NOT NULL DEFAULT 1,
    "weight" DOUBLE PRECISION NOT NULL,
    "tokens_per_day" BIGINT,
    "active" BOOLEAN NOT NULL DEFAULT false,
    "replaces" UUID,
    "activated_at" TIMESTAMPTZ(3),
    "walk_stream" INTEGER,
    "walk_key" BYTEA,
    "walked" BIGINT NOT NULL DEFAULT 0,
    "walked_at" TIMESTAMPTZ(3),
    "paused_until" TIMESTAMPTZ(3),
    "problem" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "tokens_day" DATE,
    "tokens_today" BIGINT NOT NULL DEFAULT 0,
    "tokens_total" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),
    "created_by" TEXT NOT NULL,
    "deleting_at" TIMESTAMPTZ(3),

    CONSTRAINT "search_generations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "embedding_pending" (
    "space" INTEGER NOT NULL,
    "stream_id" INTEGER NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "problem" TEXT,
    "taken_by" UUID,
    "taken_until" TIMESTAMPTZ(3),

    CONSTRAINT "embedding_pending_pkey" PRIMARY KEY ("space","stream_id","key_hash")
);

-- CreateTable
CREATE TABLE "search_codes" (
    "space" INTEGER NOT NULL,
    "stream_id" INTEGER NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "hash" BYTEA NOT NULL,
    "code" VARBIT NOT NULL,

    CONSTRAINT "search_codes_pkey" PRIMARY KEY ("stream_id","key_hash","ordinal","space")
);

-- CreateTable
CREATE TABLE "search_vectors" (
    "space" INTEGER NOT NULL,
    "stream_id" INTEGER NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "vector" BYTEA NOT NULL,

    CONSTRAINT "search_vectors_pkey" PRIMARY KEY ("stream_id","key_hash","ordinal","space")
);

-- CreateIndex
CREATE UNIQUE INDEX "search_generations_space_key" ON "search_generations"("space");

-- CreateIndex
CREATE INDEX "embedding_pending_stream_id_idx" ON "embedding_pending"("stream_id");

-- CreateIndex
CREATE INDEX "search_codes_space_hash_idx" ON "search_codes"("space", "hash");

-- What Prisma's schema cannot say.
CREATE UNIQUE INDEX "search_generations_active_key" ON "search_generations"("active") WHERE "active";
-- Vectors do not get smaller by compression.
ALTER TABLE search_vectors ALTER COLUMN vector SET STORAGE EXTERNAL;
-- Rows come and go: left to the share of a table that is empty most of the time, they would be cleared too rarely.
ALTER TABLE embedding_pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
