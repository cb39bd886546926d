"""S3 around the database: backends to export to and import from, and the buckets tests use."""
