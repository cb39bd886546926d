CREATE FUNCTION app.in_variable(t text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE q text;
BEGIN
  q := 'TRUNCATE ' || quote_ident(t);
  EXECUTE q;
  EXECUTE 'GRANT SELECT ON ' || t || ' TO PUBLIC';
  EXECUTE format('CREATE TRIGGER x BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION app.f()', t);
END $$;
