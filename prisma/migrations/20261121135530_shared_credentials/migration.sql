-- AlterTable
ALTER TABLE "calls" ADD COLUMN     "credential_id" UUID;

-- AlterTable
ALTER TABLE "credentials" ADD COLUMN     "connector" TEXT,
ADD COLUMN     "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
ADD COLUMN     "field_updated_at" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "name" TEXT,
ADD COLUMN     "renewing_by" TEXT,
ADD COLUMN     "renewing_until" TIMESTAMPTZ(3),
ALTER COLUMN "source_id" DROP NOT NULL;

-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "credential_id" UUID;

-- CreateTable
CREATE TABLE "access_tokens" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "credential_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "sealed" JSONB NOT NULL,
    "obtained_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "access_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "access_tokens_credential_id_purpose_key" ON "access_tokens"("credential_id", "purpose");

-- CreateIndex
CREATE UNIQUE INDEX "credentials_name_key" ON "credentials"("name");

-- CreateIndex
CREATE INDEX "sources_credential_id_idx" ON "sources"("credential_id");

-- AddForeignKey
ALTER TABLE "sources" ADD CONSTRAINT "sources_credential_id_fkey" FOREIGN KEY ("credential_id") REFERENCES "credentials"("id") ON DELETE RESTRICT ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "access_tokens" ADD CONSTRAINT "access_tokens_credential_id_fkey" FOREIGN KEY ("credential_id") REFERENCES "credentials"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- Either the secrets of one source, or shared under a name by sources of one connector.
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_owner" CHECK (
  (source_id IS NOT NULL AND name IS NULL AND connector IS NULL) OR (source_id IS NULL AND name IS NOT NULL AND connector IS NOT NULL)
);
