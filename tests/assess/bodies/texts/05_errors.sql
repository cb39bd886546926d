-- acts 16: copy from program psql
CREATE FUNCTION app.errors(INOUT a int, OUT b text) LANGUAGE plpgsql AS $$
<<outer_block>>
DECLARE m text; s text; n bigint; ctx text;
BEGIN
  <<inner_block>>
  DECLARE m text := 'inner'; BEGIN
    outer_block.m := inner_block.m;
    errors.a := 3;
    RAISE SQLSTATE 'P0099' USING MESSAGE = 'a', DETAIL = m, HINT = 'b' || 'c';
  EXCEPTION
    WHEN SQLSTATE 'P0099' OR division_by_zero THEN
      GET STACKED DIAGNOSTICS s = RETURNED_SQLSTATE, ctx = PG_EXCEPTION_CONTEXT;
      RAISE WARNING USING MESSAGE = SQLERRM || SQLSTATE;
    WHEN others THEN
      CREATE TEMP TABLE got (a text);
      COPY got FROM PROGRAM 'PGPASSWORD=secret psql -c "select 1"'; RAISE;
  END inner_block;
  GET DIAGNOSTICS n := ROW_COUNT;
  ASSERT n >= 0, 'never';
  RAISE NOTICE '% %% %', a, b;
  b := s;
END outer_block $$;
