CREATE TABLE app."pg_read_file" ("set" text, copy text, "Load" text);
CREATE FUNCTION app."pg_read_file"(value text, "ü name" text, "type" int) RETURNS text LANGUAGE plpgsql AS $ü$
DECLARE copy text := 'copy'; load text; system int = 1; role text; "Set" text; result text; "x.y" int; a$b int;
BEGIN
  copy := load; "Set" := "ü name" || copy; "x.y" := 2; a$b := "x.y";
  -- COPY t FROM PROGRAM 'x'; pg_catalog.pg_read_file('x')
  /* nested /* LOAD 'x'; */ ALTER SYSTEM SET a = 1; */
  SELECT p.copy, 'pg_read_file(1)' INTO load, role FROM app."pg_read_file" AS p WHERE p."set" = app.pg_read_file(copy, '', 1);
  RETURN $$ EXECUTE 'LOAD'; $$ || E'\n set role x' || pg_read_file.value;
END;
$ü$;
