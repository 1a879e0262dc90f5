-- Targets are notified of incidents.
ALTER TABLE "incidents" RENAME COLUMN "opened_told_at" TO "opened_notified_at";
ALTER TABLE "incidents" RENAME COLUMN "closed_told_at" TO "closed_notified_at";
