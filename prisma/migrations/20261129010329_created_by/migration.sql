-- AlterTable
ALTER TABLE "credentials" ADD COLUMN     "created_by" TEXT;

-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "created_by" TEXT;

-- AlterTable
ALTER TABLE "uploads" ADD COLUMN     "created_by" TEXT;

-- CreateIndex
CREATE INDEX "credentials_created_by_idx" ON "credentials"("created_by");

-- CreateIndex
CREATE INDEX "sources_created_by_idx" ON "sources"("created_by");

-- CreateIndex
CREATE INDEX "uploads_created_by_idx" ON "uploads"("created_by");
