-- Compressing the numbers of a batch cost more than storing them, and they are deleted moments later.
ALTER TABLE search_pending ALTER COLUMN docs SET STORAGE EXTERNAL;
