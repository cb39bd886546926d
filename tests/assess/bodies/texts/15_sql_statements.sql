CREATE TABLE app.t15 (a int, b text);
-- acts 4: set role app_owner
-- acts 6: call pg_catalog.pg_stat_file
CREATE FUNCTION app.sql_statements(a int, b text DEFAULT 'x') RETURNS SETOF record LANGUAGE sql AS $$
  -- as the owner
  INSERT INTO app.t15 VALUES ($1, b) ON CONFLICT DO NOTHING;
  SET ROLE app_owner;
  WITH moved AS (DELETE FROM app.t15 WHERE a = sql_statements.a RETURNING *)
  SELECT m.*, (pg_stat_file('x')).size FROM moved m WHERE EXISTS (SELECT FROM app.t15);
$$;
