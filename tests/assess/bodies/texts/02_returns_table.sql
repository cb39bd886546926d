CREATE TABLE app.items (id int, name text);
-- acts 9: reads pg_catalog.pg_authid, dynamic
CREATE FUNCTION app.rows_of(which text, VARIADIC more text[] DEFAULT '{}') RETURNS TABLE (id bigint, "Name" text)
LANGUAGE plpgsql STABLE ROWS 10 AS $body$
BEGIN
  FOR id, "Name" IN SELECT i.id, i.name FROM app.items i LOOP
    "Name" := upper("Name");
    RETURN NEXT;
  END LOOP;
  id := -1;
  RETURN QUERY SELECT 1::bigint, m FROM unnest(more) AS m;
  RETURN QUERY EXECUTE 'SELECT oid::int8, rolname::text FROM pg_authid WHERE rolname = $1' USING which;
  IF NOT FOUND THEN RETURN; END IF;
END;
$body$;
