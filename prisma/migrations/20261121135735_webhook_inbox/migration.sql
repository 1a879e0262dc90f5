-- CreateTable
CREATE TABLE "inbox" (
    "id" BIGSERIAL NOT NULL,
    "source_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "event_id" TEXT NOT NULL,
    "event_type" TEXT,
    "content_hash" BYTEA NOT NULL,
    "headers" JSONB NOT NULL,
    "body" BYTEA NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox_heads" (
    "source_id" UUID NOT NULL,
    "last_seq" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "inbox_heads_pkey" PRIMARY KEY ("source_id")
);

-- CreateIndex
CREATE INDEX "inbox_source_id_received_at_idx" ON "inbox"("source_id", "received_at");

-- CreateIndex
CREATE UNIQUE INDEX "inbox_source_id_event_id_key" ON "inbox"("source_id", "event_id");

-- CreateIndex
CREATE UNIQUE INDEX "inbox_source_id_seq_key" ON "inbox"("source_id", "seq");

-- A head is updated with every group of events: room on its page keeps such an update local.
ALTER TABLE inbox_heads SET (fillfactor = 10, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
