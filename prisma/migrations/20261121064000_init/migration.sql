-- CreateTable
CREATE TABLE "sources" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "connector" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'ACTIVE',
    "status_reason" TEXT,
    "status_message" TEXT,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "version_id" UUID,
    "cron" TEXT,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "next_tick_at" TIMESTAMPTZ(3),
    "armed_schedule" TEXT,
    "fresh_within_seconds" INTEGER,
    "consecutive_failures" INTEGER NOT NULL DEFAULT 0,
    "process_deaths" INTEGER NOT NULL DEFAULT 0,
    "restart_at" TIMESTAMPTZ(3),
    "last_run_id" UUID,
    "last_outcome" TEXT,
    "last_success_at" TIMESTAMPTZ(3),
    "last_error_reason" TEXT,
    "last_error_message" TEXT,
    "last_error_at" TIMESTAMPTZ(3),
    "deleting_at" TIMESTAMPTZ(3),
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "source_versions" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "source_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "mapping" JSONB,
    "cron" TEXT,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "published_at" TIMESTAMPTZ(3),

    CONSTRAINT "source_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credentials" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "source_id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "sealed" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "credentials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "streams" (
    "id" SERIAL NOT NULL,
    "source_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "cursor" JSONB,
    "cursor_epoch" BIGINT NOT NULL DEFAULT 0,
    "cursor_seq" INTEGER NOT NULL DEFAULT 0,
    "live_records" BIGINT NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "streams_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cursor_history" (
    "id" BIGSERIAL NOT NULL,
    "stream_id" INTEGER NOT NULL,
    "epoch" BIGINT NOT NULL,
    "seq" INTEGER NOT NULL,
    "cursor" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cursor_history_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "source_id" UUID NOT NULL,
    "version_id" UUID NOT NULL,
    "trigger" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'queued',
    "outcome" TEXT,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "epoch" BIGINT NOT NULL DEFAULT 0,
    "scheduled_for" TIMESTAMPTZ(3),
    "wake_at" TIMESTAMPTZ(3),
    "parked_reason" TEXT,
    "cancel_requested_at" TIMESTAMPTZ(3),
    "allow_mass_delete" BOOLEAN NOT NULL DEFAULT false,
    "holder" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "enqueued_at" TIMESTAMPTZ(3),
    "prefix_seq" INTEGER NOT NULL DEFAULT 0,
    "forwarded_batches" INTEGER NOT NULL DEFAULT 0,
    "forwarded_bytes" BIGINT NOT NULL DEFAULT 0,
    "committed_batches" INTEGER NOT NULL DEFAULT 0,
    "committed_bytes" BIGINT NOT NULL DEFAULT 0,
    "records_read" BIGINT NOT NULL DEFAULT 0,
    "inserted" BIGINT NOT NULL DEFAULT 0,
    "updated" BIGINT NOT NULL DEFAULT 0,
    "unchanged" BIGINT NOT NULL DEFAULT 0,
    "deleted" BIGINT NOT NULL DEFAULT 0,
    "quarantined" BIGINT NOT NULL DEFAULT 0,
    "fenced_batches" INTEGER NOT NULL DEFAULT 0,
    "duplicate_batches" INTEGER NOT NULL DEFAULT 0,
    "progress" JSONB NOT NULL DEFAULT '{}',
    "error_reason" TEXT,
    "error_message" TEXT,
    "error_next" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "leases" (
    "source_id" UUID NOT NULL,
    "epoch" BIGINT NOT NULL,
    "run_id" UUID,
    "holder" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "leases_pkey" PRIMARY KEY ("source_id")
);

-- CreateTable
CREATE TABLE "ledger" (
    "run_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "source_id" UUID NOT NULL,
    "epoch" BIGINT NOT NULL,
    "sha256" BYTEA NOT NULL,
    "records" INTEGER NOT NULL,
    "bytes" INTEGER NOT NULL,
    "effects" JSONB,
    "committed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ledger_pkey" PRIMARY KEY ("run_id","seq")
);

-- CreateTable
CREATE TABLE "records" (
    "stream_id" INTEGER NOT NULL,
    "key_hash" BYTEA NOT NULL,
    "source_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "title" TEXT,
    "text" TEXT,
    "url" TEXT,
    "data" JSONB NOT NULL,
    "content_hash" BYTEA NOT NULL,
    "occurred_at" TIMESTAMPTZ(6),
    "validator" TEXT,
    "scope" TEXT,
    "run_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "epoch" BIGINT NOT NULL,
    "seq" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "fetched_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),
    "tsv" tsvector,

    CONSTRAINT "records_pkey" PRIMARY KEY ("stream_id","key_hash")
);

-- CreateTable
CREATE TABLE "sweep_seen" (
    "run_id" UUID NOT NULL,
    "stream_id" INTEGER NOT NULL,
    "key_hash" BYTEA NOT NULL,

    CONSTRAINT "sweep_seen_pkey" PRIMARY KEY ("run_id","stream_id","key_hash")
);

-- CreateTable
CREATE TABLE "quarantine" (
    "id" BIGSERIAL NOT NULL,
    "source_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "stream" TEXT NOT NULL,
    "key" TEXT,
    "reason" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "raw" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "quarantine_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ticks" (
    "source_id" UUID NOT NULL,
    "scheduled_for" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "run_id" UUID,
    "count" INTEGER NOT NULL DEFAULT 1,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ticks_pkey" PRIMARY KEY ("source_id","scheduled_for")
);

-- CreateTable
CREATE TABLE "events" (
    "id" BIGSERIAL NOT NULL,
    "source_id" UUID,
    "run_id" UUID,
    "type" TEXT NOT NULL,
    "level" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" BIGSERIAL NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "before_hash" TEXT,
    "after_hash" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "calls" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "kind" TEXT NOT NULL,
    "connector" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "sealed" JSONB,
    "source_id" UUID,
    "params" JSONB NOT NULL DEFAULT '{}',
    "status" TEXT NOT NULL DEFAULT 'waiting',
    "answer" JSONB,
    "deadline" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "calls_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "uploads" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "media_type" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "uploads_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "upload_chunks" (
    "upload_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "upload_chunks_pkey" PRIMARY KEY ("upload_id","n")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "key" TEXT NOT NULL,
    "api_key_id" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "status" INTEGER,
    "body" TEXT,
    "headers" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("api_key_id","key")
);

-- CreateTable
CREATE TABLE "settings" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,

    CONSTRAINT "settings_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "sources_slug_key" ON "sources"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "sources_name_key_key" ON "sources"("name_key");

-- CreateIndex
CREATE INDEX "sources_created_at_id_idx" ON "sources"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "source_versions_source_id_number_key" ON "source_versions"("source_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "credentials_source_id_key" ON "credentials"("source_id");

-- CreateIndex
CREATE UNIQUE INDEX "streams_source_id_name_key" ON "streams"("source_id", "name");

-- CreateIndex
CREATE INDEX "cursor_history_stream_id_id_idx" ON "cursor_history"("stream_id", "id");

-- CreateIndex
CREATE INDEX "runs_source_id_created_at_id_idx" ON "runs"("source_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "runs_created_at_id_idx" ON "runs"("created_at", "id");

-- CreateIndex
CREATE INDEX "ledger_committed_at_idx" ON "ledger"("committed_at");

-- CreateIndex
CREATE INDEX "records_source_id_fetched_at_idx" ON "records"("source_id", "fetched_at");

-- CreateIndex
CREATE INDEX "quarantine_source_id_id_idx" ON "quarantine"("source_id", "id");

-- CreateIndex
CREATE INDEX "quarantine_run_id_idx" ON "quarantine"("run_id");

-- CreateIndex
CREATE INDEX "ticks_recorded_at_idx" ON "ticks"("recorded_at");

-- CreateIndex
CREATE INDEX "events_source_id_id_idx" ON "events"("source_id", "id");

-- CreateIndex
CREATE INDEX "events_at_idx" ON "events"("at");

-- CreateIndex
CREATE INDEX "audit_target_type_target_id_id_idx" ON "audit"("target_type", "target_id", "id");

-- CreateIndex
CREATE INDEX "calls_created_at_idx" ON "calls"("created_at");

-- CreateIndex
CREATE INDEX "uploads_created_at_id_idx" ON "uploads"("created_at", "id");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");
