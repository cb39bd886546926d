create function app.nothing() returns void language plpgsql as $$ begin end $$;
