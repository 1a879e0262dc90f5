-- CreateTable
CREATE TABLE "notification_targets" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "name" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "sealed" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "previous_until" TIMESTAMPTZ(3),
    "events" TEXT[],
    "sources" UUID[],
    "labels" JSONB NOT NULL DEFAULT '{}',
    "active" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "notification_targets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incidents" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "source_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "next" TEXT NOT NULL,
    "run_id" UUID,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),
    "closed_as" TEXT,
    "opened_told_at" TIMESTAMPTZ(3),
    "closed_told_at" TIMESTAMPTZ(3),

    CONSTRAINT "incidents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "notification_deliveries" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "target_id" UUID NOT NULL,
    "incident_id" UUID,
    "event" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_status" INTEGER,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "notification_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "notification_targets_name_key" ON "notification_targets"("name");

-- CreateIndex
CREATE INDEX "incidents_source_id_opened_at_idx" ON "incidents"("source_id", "opened_at");

-- CreateIndex
CREATE INDEX "incidents_opened_at_id_idx" ON "incidents"("opened_at", "id");

-- CreateIndex
CREATE INDEX "notification_deliveries_target_id_created_at_id_idx" ON "notification_deliveries"("target_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "notification_deliveries_created_at_idx" ON "notification_deliveries"("created_at");

-- CreateIndex
CREATE UNIQUE INDEX "notification_deliveries_target_id_incident_id_event_key" ON "notification_deliveries"("target_id", "incident_id", "event");

-- AddForeignKey
ALTER TABLE "notification_deliveries" ADD CONSTRAINT "notification_deliveries_target_id_fkey" FOREIGN KEY ("target_id") REFERENCES "notification_targets"("id") ON DELETE CASCADE ON UPDATE NO ACTION;


CREATE UNIQUE INDEX incidents_open ON incidents (source_id, kind) WHERE closed_at IS NULL;
CREATE INDEX incidents_untold ON incidents (opened_at) WHERE opened_told_at IS NULL OR (closed_at IS NOT NULL AND closed_told_at IS NULL);
CREATE INDEX notification_deliveries_due ON notification_deliveries (next_at) WHERE status = 'pending';
