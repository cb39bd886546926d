-- since 14
CREATE TABLE app.t16 (a int, b text);
-- acts 3: reads pg_catalog.pg_stat_activity
CREATE FUNCTION app.atomic(a int) RETURNS bigint LANGUAGE sql
BEGIN ATOMIC
  INSERT INTO app.t16 VALUES (a, 'COPY');
  SELECT count(*) FROM pg_stat_activity;
END;
