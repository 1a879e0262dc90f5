-- AlterTable
ALTER TABLE "notification_targets" ADD COLUMN     "group_minutes" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "kind" TEXT NOT NULL DEFAULT 'webhook',
ADD COLUMN     "mail" JSONB,
ADD COLUMN     "quiet_hours" JSONB;
