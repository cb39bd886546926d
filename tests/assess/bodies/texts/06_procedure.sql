CREATE TABLE app.queue (id int);
CREATE PROCEDURE app.step(INOUT n int) LANGUAGE plpgsql AS 'BEGIN n := n - 1; END';
-- acts 7: set session_replication_role
-- acts 12: set role batch
-- acts 13: set lock_timeout
-- acts 13: call pg_catalog.set_config
CREATE OR REPLACE PROCEDURE app.drain(n int, INOUT left_over int DEFAULT 0) LANGUAGE plpgsql AS $p$
DECLARE
  loops int := 0;
BEGIN
  IF n < 0 THEN
    -- not in the middle of the day
    SET LOCAL session_replication_role TO 'replica';
  END IF;
  LOOP
    CALL app.step(left_over); COMMIT; EXIT WHEN left_over <= 0;
    DELETE FROM app.queue WHERE id IN (SELECT id FROM app.queue LIMIT n); COMMIT AND CHAIN;
    SET ROLE batch;
    PERFORM set_config('lock_timeout', '1s', false), set_config('Lock_Timeout', '1s', true); RESET ROLE;
    IF loops > 3 THEN ROLLBACK; RETURN; END IF;
    loops := loops + 1;
  END LOOP;
END $p$;
