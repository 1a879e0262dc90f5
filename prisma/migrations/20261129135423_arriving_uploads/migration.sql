-- CreateTable
CREATE TABLE "arriving_uploads" (
    "id" UUID NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT transaction_timestamp(),

    CONSTRAINT "arriving_uploads_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "arriving_uploads_seen_at_idx" ON "arriving_uploads"("seen_at");
