-- acts 8: alter system work_mem, dynamic
CREATE FUNCTION app.cases(a anyelement, b text) RETURNS anyelement LANGUAGE plpgsql AS $$
DECLARE r a%TYPE; t timestamptz := now() - interval '1 day'; BEGIN
CASE b WHEN 'a', 'b' THEN r := a;
     WHEN 'c' THEN CASE WHEN a IS NULL THEN NULL; ELSE r := a; END CASE;
     ELSE
       IF b = 'x' THEN
         WHILE false LOOP NULL; END LOOP;
         EXECUTE 'ALTER SYSTEM ' || 'SET work_mem = ''1MB''';
       END IF; END CASE;
RETURN CASE WHEN b = 'q' THEN a ELSE r END; END $$;
