-- acts 5: copy to file /tmp/?_?.csv, dynamic
-- acts 8: copy to program gzip, dynamic
CREATE FUNCTION app.export(s name, t name, "day" date DEFAULT now()) RETURNS void LANGUAGE plpgsql AS $fn$
DECLARE
  file text;
BEGIN
  EXECUTE format('COPY %I.%I TO %L WITH (FORMAT csv)', s, t, '/tmp/' || t || '_' || day || '.csv');
  FOR i IN REVERSE 3..1 BY 2 LOOP
    file := concat_ws('/', '/tmp', t, i);
    EXECUTE 'COPY (SELECT * FROM ' || quote_ident(s) || '.' || quote_ident(t)
      || ' WHERE n = ' || i || ') TO PROGRAM ' || quote_literal('gzip -c > ' || file);
  END LOOP;
END;
$fn$;
