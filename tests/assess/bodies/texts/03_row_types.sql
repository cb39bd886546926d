CREATE TABLE app.line (id int, amount numeric, tags text[]);
CREATE TYPE app.mood AS ENUM ('sad', 'ok');
CREATE DOMAIN app.short AS varchar(10) CHECK (value <> '');
-- acts 6: reads pg_catalog.pg_shadow
CREATE FUNCTION app.row_types(p app.line, lines app.line[], INOUT m app.mood) LANGUAGE plpgsql AS $$
DECLARE
  r app.line%ROWTYPE; rs app.line[] := '{}'; a app.line.amount%TYPE DEFAULT 3; e app.mood; d app.short := 'x';
  many int[]; u uuid; c CONSTANT int NOT NULL := 4; x record; n numeric(12, 2) = 1;
  /* a default that nobody would look for */
  hidden app.short NOT NULL := (SELECT usename FROM pg_shadow LIMIT 1);
BEGIN
  p.amount := c; r := p; r.tags[2] := 'two'; rs[1] := r;
  many := ARRAY[1, 2];
  SELECT 'ok', 'y', 1 INTO e, d, a;
  SELECT * INTO r FROM app.line WHERE line.id = p.id;
  FOREACH r IN ARRAY lines LOOP CONTINUE WHEN r.id IS NULL; a := a + r.amount; END LOOP;
  FOREACH many SLICE 1 IN ARRAY ARRAY[[1, 2], [3, 4]] LOOP NULL; END LOOP;
  SELECT row_number() OVER w AS n, l.* INTO STRICT x FROM app.line l WINDOW w AS (ORDER BY id) LIMIT 1;
  x.n := x.n + 1;
  m := e;
END $$;
