CREATE TABLE app.t20 (a int, b text[]);
-- acts 8: writes pg_catalog.pg_proc
CREATE FUNCTION app.poly(INOUT x anyarray, VARIADIC y anyarray, OUT z record) LANGUAGE plpgsql AS $$
DECLARE
  e ALIAS FOR $1; t app.t20; i int; total int := 0;
BEGIN
  FOR i IN coalesce(array_lower(x, 1), 1)..coalesce(array_upper(x, 1), 0) LOOP total := total + i; END LOOP;
  SELECT a, b INTO t.a, t.b FROM app.t20 LIMIT 1; t.b[1] := 'x'; t := ROW(1, t.b); t.a := t.a + 1;
  SELECT ROW(1, 2) INTO z; z := t;
  UPDATE pg_proc SET prosrc = 'x' WHERE false;
  INSERT INTO app.t20 SELECT (t).* RETURNING a INTO i;
  e := x; y[1] := x[1];
END $$;
