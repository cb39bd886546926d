CREATE FUNCTION app.json_things(doc jsonb, path text[] = '{}') RETURNS jsonb LANGUAGE plpgsql PARALLEL SAFE AS $f$
DECLARE k text; v jsonb; out_doc jsonb := '{}'; re text := E'\\d+\'x';
BEGIN
  FOR k, v IN SELECT * FROM jsonb_each(doc) LOOP
    IF k ~ re AND v ->> 'set' = any(path) THEN CONTINUE; END IF;
    out_doc := out_doc || jsonb_build_object(k, CASE jsonb_typeof(v) WHEN 'object' THEN app.json_things(v, path || k) ELSE v END);
    out_doc := jsonb_set(out_doc, ARRAY[k, 'x'], v #> '{a,b}', true) - 'y';
  END LOOP;
  out_doc['n'] := to_jsonb(3);
  EXECUTE $q$SELECT jsonb_agg(x ORDER BY x) FILTER (WHERE x IS NOT NULL) FROM jsonb_array_elements($1) AS x$q$ INTO v USING out_doc -> 'a';
  RETURN out_doc || coalesce(v, '[]') || '{"pg_read_file": 1}';
END $f$;
