CREATE TABLE app.t10 (id int, name text);
-- acts 13: connect localhost
CREATE FUNCTION app.old_style(int4, text, int4) RETURNS text IMMUTABLE STRICT LANGUAGE 'plpgsql' AS '
DECLARE
        p_id ALIAS FOR $1;
        p_name ALIAS FOR $2;
        v_rec app.t10%ROWTYPE;
        v_out text := '''';
BEGIN
        SELECT INTO v_rec * FROM app.t10 WHERE id = p_id;
        IF NOT FOUND THEN RETURN NULL;
        ELSEIF v_rec.name = p_name OR $3 = 1 THEN
                v_out = v_rec.name || ''\\'' || ''it''''s'';
        ELSE
                PERFORM * FROM dblink(''host=localhost dbname='' || current_database() || '' password=x'', ''SELECT 1'') AS t(a int);
        END IF;
        FOR v_rec IN SELECT * FROM app.t10 LOOP v_rec.name := upper(v_rec.name); END LOOP;
        UPDATE app.t10 SET name = p_name WHERE id = $1;
        RETURN v_out; -- done
END;';
