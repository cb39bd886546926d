CREATE TABLE app.jobs (id int, done bool);
-- acts 3: reads pg_catalog.pg_statistic
-- acts 11: call pg_catalog.pg_ls_dir, dynamic
CREATE FUNCTION app.cursors(refcursor) RETURNS SETOF refcursor LANGUAGE plpgsql AS '
DECLARE
  c1 CURSOR FOR SELECT starelid FROM pg_statistic; c2 NO SCROLL CURSOR (k int, l text) IS SELECT k, l;
  c3 SCROLL CURSOR FOR SELECT * FROM app.jobs FOR UPDATE; given ALIAS FOR $1; i int; t text; j app.jobs;
BEGIN
  OPEN c1; FETCH c1 INTO i; MOVE FORWARD 2 FROM c1; CLOSE c1;
  OPEN c2 (l := ''it''''s'', k := 3); FETCH NEXT FROM c2 INTO i, t;
  FOR r IN c3 LOOP UPDATE app.jobs SET done = true WHERE CURRENT OF c3; END LOOP;
  OPEN c3; FETCH RELATIVE -1 FROM c3 INTO j; CLOSE c3;
  OPEN given SCROLL FOR SELECT 1;
  OPEN $1 FOR EXECUTE ''SELECT pg_ls_dir($1)'' USING ''log'';
  RETURN NEXT given;
  <<again>> WHILE i < 3 LOOP i := i + 1; EXIT again WHEN i = 2; END LOOP again;
  RETURN NEXT $1; RETURN;
END';
