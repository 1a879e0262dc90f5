-- CreateTable
CREATE TABLE "browsed_items" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "source_id" UUID NOT NULL,
    "view" TEXT NOT NULL,
    "key" BYTEA NOT NULL,
    "stamp" TEXT NOT NULL,
    "answer" JSONB NOT NULL,
    "size" BIGINT NOT NULL DEFAULT 0,
    "fetched_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "browsed_items_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "browsed_chunks" (
    "item_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "browsed_chunks_pkey" PRIMARY KEY ("item_id","n")
);

-- CreateIndex
CREATE INDEX "browsed_items_expires_at_idx" ON "browsed_items"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "browsed_items_source_id_view_key_key" ON "browsed_items"("source_id", "view", "key");

-- AddForeignKey
ALTER TABLE "browsed_chunks" ADD CONSTRAINT "browsed_chunks_item_id_fkey" FOREIGN KEY ("item_id") REFERENCES "browsed_items"("id") ON DELETE CASCADE ON UPDATE NO ACTION;
