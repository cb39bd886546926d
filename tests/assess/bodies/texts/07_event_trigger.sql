-- acts 5: writes pg_catalog.pg_depend
CREATE FUNCTION app.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN FOR r IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
  RAISE NOTICE '% %: %', TG_EVENT, TG_TAG, r.object_identity;
  DELETE FROM pg_depend WHERE objid = r.objid;
  IF r.command_tag = 'x' THEN RETURN; END IF; END LOOP; END; $$;
