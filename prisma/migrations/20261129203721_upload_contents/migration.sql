-- AlterTable
ALTER TABLE "uploads" ADD COLUMN     "content_id" UUID,
ADD COLUMN     "former_content_id" UUID,
ADD COLUMN     "replaced_at" TIMESTAMPTZ(3);
