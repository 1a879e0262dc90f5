-- CreateTable
CREATE TABLE "record_changes" (
    "xid" BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,
    "id" BIGSERIAL NOT NULL,
    "source_id" UUID,
    "gone_source_id" UUID,
    "docs" int8multirange NOT NULL,
    "records" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "record_changes_pkey" PRIMARY KEY ("xid","id")
);

-- CreateIndex
CREATE INDEX "record_changes_source_id_idx" ON "record_changes"("source_id");
