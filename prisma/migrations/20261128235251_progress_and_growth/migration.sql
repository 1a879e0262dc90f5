-- AlterTable
ALTER TABLE "runs" ADD COLUMN     "attempt_at" TIMESTAMPTZ(3),
ADD COLUMN     "begin_failures" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "isolated_until" TIMESTAMPTZ(3),
ADD COLUMN     "moved_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "death_of" TEXT;

-- AlterTable
ALTER TABLE "workers" ADD COLUMN     "died_with" INTEGER,
ADD COLUMN     "reserved_for" UUID,
ADD COLUMN     "reserved_until" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "chores" (
    "name" TEXT NOT NULL,
    "holder" TEXT,
    "held_until" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "chores_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "history_days" (
    "source_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "changed" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "history_days_pkey" PRIMARY KEY ("source_id","day","kind","name")
);

-- CreateIndex
CREATE INDEX "ledger_source_id_idx" ON "ledger"("source_id");
