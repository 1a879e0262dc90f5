-- What Prisma's schema cannot say.
-- TRUNCATE fires no trigger for rows.
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
