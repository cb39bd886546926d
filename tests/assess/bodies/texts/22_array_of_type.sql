-- since 17
CREATE TABLE app.t22 (id int, name text);
-- acts 4: reads pg_catalog.pg_shadow
CREATE FUNCTION app.array_of_type(r app.t22) RETURNS int LANGUAGE plpgsql AS $$
DECLARE many app.t22.id%TYPE[]; rows app.t22%ROWTYPE[];
BEGIN
  many[1] := (SELECT count(*) FROM pg_shadow); rows[1].name := 'x'; r.id := many[1];
  many[1:2] := ARRAY[1, 2]; RETURN r.id + many[1];
END $$;
