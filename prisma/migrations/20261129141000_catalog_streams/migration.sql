ALTER TABLE streams ADD COLUMN catalog boolean NOT NULL DEFAULT false;
