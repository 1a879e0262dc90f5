-- The registry lists sources in the order of bytes, the same on every server.
CREATE INDEX sources_slug_order ON sources (slug COLLATE "C") WHERE deleting_at IS NULL;
