"""The text of dumps for examples of versions that do not run here."""


def dumped(version: str, text: str) -> str:
    """Return a dump of a server of that version, as ``11.22``."""
    return (
        "--\n-- PostgreSQL database dump\n--\n\n"
        f"-- Dumped from database version {version}\n-- Dumped by pg_dump version {version}\n\n"
        "SET client_encoding = 'UTF8';\nSELECT pg_catalog.set_config('search_path', '', false);\n\n"
        f"{text}\n\n--\n-- PostgreSQL database dump complete\n--\n"
    )
