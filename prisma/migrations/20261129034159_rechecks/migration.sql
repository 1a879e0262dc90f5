-- CreateTable
CREATE TABLE "rechecks" (
    "source_id" UUID NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 1,
    "checked_at" TIMESTAMPTZ(3),
    "reason" TEXT,
    "message" TEXT,

    CONSTRAINT "rechecks_pkey" PRIMARY KEY ("source_id")
);

-- CreateIndex
CREATE INDEX "rechecks_due_at_idx" ON "rechecks"("due_at");

-- Sources that have stopped already are checked within the next quarter of an hour. Which of them are, their reason decides.
INSERT INTO "rechecks" ("source_id", "due_at") SELECT "id", clock_timestamp() + random() * interval '15 minutes' FROM "sources" WHERE "status" = 'ERROR';
