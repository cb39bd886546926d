"""The readiness check pointed at plain PostgreSQL servers, of majors no sandbox has too."""
