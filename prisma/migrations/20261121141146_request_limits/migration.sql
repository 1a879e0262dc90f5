-- CreateTable
CREATE TABLE "request_limits" (
    "key" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "next_at" TIMESTAMPTZ(3),
    "remaining" INTEGER,
    "window_resets_at" TIMESTAMPTZ(3),
    "blocked_until" TIMESTAMPTZ(3),
    "blocked_reason" TEXT,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "request_limits_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "request_limits_updated_at_idx" ON "request_limits"("updated_at");
