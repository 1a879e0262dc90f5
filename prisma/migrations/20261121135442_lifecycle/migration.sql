-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "backfill" JSONB,
ADD COLUMN     "cursors" JSONB;

-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "generation" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "stale_since" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "concurrency" INTEGER NOT NULL,
    "running" INTEGER NOT NULL DEFAULT 0,
    "backpressure" BOOLEAN NOT NULL DEFAULT false,
    "refuses" TEXT,
    "problem" TEXT,
    "connectors" TEXT[],
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "beat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);
