CREATE SCHEMA IF NOT EXISTS utl_file;
-- acts 4: call utl_file.fopen
-- acts 5: call utl_file.put_line
-- acts 6: call utl_file.fclose
-- acts 8: call pg_catalog.lo_export
-- acts 8: call pg_catalog.lo_import
CREATE FUNCTION app.files(dir text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE f integer; ok bool; id oid;
BEGIN
  f := utl_file.fopen(dir, 'x.txt', 'w');
  ok := utl_file.put_line(f, 'x');
  PERFORM utl_file.fclose(f);
  -- and back
  SELECT lo_import(dir || '/x.txt') INTO id; RETURN lo_export(id, dir || '/y.txt');
END $$;
