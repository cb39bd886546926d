CREATE TABLE app.orders (id int, state text, changed timestamptz, total numeric, log text[]);
CREATE TABLE app.audit (who name, what text, before jsonb, after jsonb);
-- acts 20: call pg_catalog.pg_terminate_backend
-- acts 20: reads pg_catalog.pg_stat_activity
CREATE FUNCTION app.audit_orders() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = app AS $$
#variable_conflict use_column
DECLARE
  old_row jsonb; new_row jsonb;
BEGIN
  IF TG_WHEN <> 'AFTER' AND TG_NARGS > 0 THEN
    RAISE EXCEPTION 'audit_orders: % of %.%', TG_ARGV[0], TG_TABLE_SCHEMA, TG_TABLE_NAME;
  END IF;
  IF TG_OP IN ('UPDATE', 'DELETE') THEN old_row := to_jsonb(OLD); END IF;
  IF TG_OP = 'DELETE' THEN
    INSERT INTO app.audit VALUES (session_user, TG_OP, old_row, NULL);
    RETURN OLD;
  ELSIF TG_OP = 'UPDATE' AND NEW.state IS NOT DISTINCT FROM OLD.state THEN
    RETURN NULL;
  END IF;
  NEW.changed = clock_timestamp();
  NEW.log[1] := 'x';
  SELECT count(*), 'open' INTO NEW.total, NEW.state FROM app.orders WHERE id = NEW.id;
  new_row := to_jsonb(NEW);
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction';
  INSERT INTO app.audit VALUES (session_user, TG_OP, old_row, new_row)
    ON CONFLICT DO NOTHING;
  RETURN NEW;
END
$$;
