-- AlterTable
ALTER TABLE "sources" ADD COLUMN     "managed_by" TEXT,
ADD COLUMN     "secrets_fingerprint" TEXT;
