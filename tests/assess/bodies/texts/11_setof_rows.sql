CREATE TABLE app.t11 (a int, b text);
-- acts 5: reads pg_catalog.pg_authid
CREATE FUNCTION app.setof_rows(lim int) RETURNS SETOF app.t11 LANGUAGE plpgsql AS $$
DECLARE r app.t11; n int := 0;
BEGIN
  FOR r IN
    SELECT oid::int, rolname FROM pg_authid LIMIT lim
  LOOP
    r.b := r.b || n; RETURN NEXT r;
  END LOOP;
  RETURN NEXT (1, 'x')::app.t11; RETURN NEXT ROW(2, 'y');
  RETURN QUERY TABLE app.t11; RETURN QUERY VALUES (3, 'z');
  RETURN QUERY WITH w AS (DELETE FROM app.t11 RETURNING *) SELECT * FROM w;
END $$;
