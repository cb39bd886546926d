-- acts 5: call pg_catalog.pg_read_binary_file
CREATE FUNCTION app.line_ends() RETURNS bytea LANGUAGE plpgsql AS $$
declare x bytea;
begin~
  -- carriage returns stand where the tildes are~
  x := pg_read_binary_file('x');~
  return x;~
end$$;
