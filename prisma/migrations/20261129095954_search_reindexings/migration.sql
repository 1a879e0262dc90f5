-- CreateTable
CREATE TABLE "search_reindexings" (
    "source_id" UUID NOT NULL,
    "up_to" BIGINT,
    "stream_id" INTEGER,
    "key_hash" BYTEA,
    "records" INTEGER NOT NULL,
    "done" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "search_reindexings_pkey" PRIMARY KEY ("source_id")
);
