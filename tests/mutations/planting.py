"""SQL that plants a fault around the stand-in's functions once the extension is created.

The real function keeps its code under another name; in its place stands a wrapper
that does something wrong before or after it. Everything is planted by an event
trigger of rdsadmin, so a claim creates the extension as it always does.
"""

_TARGET = "query text, s3_info aws_commons._s3_uri_1, options text DEFAULT NULL, kms_key text DEFAULT NULL"
_FLAT = (
    "query text, bucket text, file_path text, region text DEFAULT NULL, options text DEFAULT NULL,"
    " kms_key text DEFAULT NULL"
)
_COUNTS = "OUT rows_uploaded bigint, OUT files_uploaded bigint, OUT bytes_uploaded bigint"
_RUN = """
SELECT r.rows_uploaded, r.files_uploaded, r.bytes_uploaded
  INTO rows_uploaded, files_uploaded, bytes_uploaded
  FROM aws_s3.real_export(query, s3_info, options, kms_key) AS r;"""
_GRANTS = """
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA aws_s3 FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO rds_superuser WITH GRANT OPTION;"""


def export(before: str = "", after: str = "", *, on_error: str = "", attributes: str = "") -> str:
    """Wrap the export: SQL before it, after it, and when it fails (without ``RAISE`` the error is lost)."""
    handler = f"EXCEPTION WHEN OTHERS THEN {on_error}" if on_error else ""
    return f"""
ALTER FUNCTION aws_s3.query_export_to_s3(text, aws_commons._s3_uri_1, text, text) RENAME TO real_export;
ALTER FUNCTION aws_s3.query_export_to_s3(text, text, text, text, text, text) RENAME TO real_export_flat;
CREATE FUNCTION aws_s3.query_export_to_s3({_TARGET}, {_COUNTS}) LANGUAGE plpgsql {attributes} AS $wrapper$
#variable_conflict use_variable
BEGIN
{before}
{_RUN}
{after}
{handler}
END $wrapper$;
CREATE FUNCTION aws_s3.query_export_to_s3({_FLAT}, {_COUNTS}) LANGUAGE plpgsql {attributes} AS $wrapper$
#variable_conflict use_variable
BEGIN
SELECT r.rows_uploaded, r.files_uploaded, r.bytes_uploaded
  INTO rows_uploaded, files_uploaded, bytes_uploaded
  FROM aws_s3.query_export_to_s3(
      query, aws_commons.create_s3_uri(bucket, file_path, region), options, kms_key) AS r;
END $wrapper$;
{_GRANTS}"""


def import_(before: str = "", answer: str = "answer", *, on_error: str = "", attributes: str = "") -> str:
    """Wrap the import: SQL before it, what is answered, and what happens when it fails."""
    handler = f"EXCEPTION WHEN OTHERS THEN {on_error}" if on_error else ""
    head = "table_name text, column_list text, options text"
    keys = ", ".join(f"{name} text DEFAULT NULL" for name in ("access_key", "secret_key", "session_token"))
    return f"""
ALTER FUNCTION aws_s3.table_import_from_s3(
    text, text, text, aws_commons._s3_uri_1, aws_commons._aws_credentials_1) RENAME TO real_import;
ALTER FUNCTION aws_s3.table_import_from_s3(
    text, text, text, text, text, text, text, text, text) RENAME TO real_import_flat;
CREATE FUNCTION aws_s3.table_import_from_s3({head}, s3_info aws_commons._s3_uri_1,
    credentials aws_commons._aws_credentials_1 DEFAULT NULL)
RETURNS text LANGUAGE plpgsql {attributes} AS $wrapper$
DECLARE answer text;
BEGIN
{before}
answer := aws_s3.real_import(table_name, column_list, options, s3_info, credentials);
RETURN {answer};
{handler}
END $wrapper$;
CREATE FUNCTION aws_s3.table_import_from_s3({head}, bucket text, file_path text, region text, {keys})
RETURNS text LANGUAGE plpgsql {attributes} AS $wrapper$
BEGIN
RETURN aws_s3.table_import_from_s3(table_name, column_list, options,
    aws_commons.create_s3_uri(bucket, file_path, region),
    aws_commons.create_aws_credentials(access_key, secret_key, session_token));
END $wrapper$;
{_GRANTS}"""


def library(path: str, extension: str) -> str:
    """Let the functions be those of another library."""
    return f"UPDATE pg_proc SET probin = '{path}' WHERE pronamespace = '{extension}'::regnamespace"


def trigger(mutation: str, extension: str) -> str:
    """Carry out a mutation once, as soon as the extension is there."""
    return f"""
CREATE SCHEMA mutant;
CREATE TABLE mutant.planted ();
CREATE FUNCTION mutant.plant() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $plant$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = '{extension}')
       AND NOT EXISTS (SELECT FROM mutant.planted) THEN
        INSERT INTO mutant.planted DEFAULT VALUES;
        EXECUTE $mutation${mutation}$mutation$;
    END IF;
END $plant$;
CREATE EVENT TRIGGER mutant ON ddl_command_end WHEN TAG IN ('CREATE EXTENSION')
    EXECUTE FUNCTION mutant.plant();"""
