"""Who tries: every kind of role the claims speak of, described once."""

from dataclasses import dataclass

#: Not made for a claim: they are there.
MASTER, RDSADMIN, ME = "master", "rdsadmin", "me"


@dataclass(frozen=True)
class Kind:
    """A kind of role and how the master user makes one.

    ``options`` go behind ``CREATE ROLE … LOGIN PASSWORD …``; ``grants`` are statements
    with the placeholders ``{it}`` (the new role) and ``{db}``.
    """

    meaning: str
    options: str = ""
    grants: tuple[str, ...] = ()


_CREATE = "GRANT CREATE ON DATABASE {db} TO {it}"

KINDS: dict[str, Kind] = {
    MASTER: Kind("the master user that RDS creates with the instance, a member of rds_superuser"),
    "ordinary": Kind("a role that may log in and was granted nothing"),
    "other": Kind("a second role that may log in and was granted nothing"),
    "owner": Kind("an ordinary role with CREATE on the database", grants=(_CREATE,)),
    "second": Kind(
        "another member of rds_superuser, without ADMIN OPTION",
        "CREATEDB CREATEROLE",
        ("GRANT rds_superuser TO {it}", _CREATE),
    ),
    "createrole": Kind("a role with CREATEROLE and CREATEDB outside rds_superuser", "CREATEROLE CREATEDB"),
    "replicator": Kind("an ordinary role in rds_replication", grants=("GRANT rds_replication TO {it}",)),
    "delegate": Kind(
        "a role in rds_extension with CREATE on the database",
        grants=("GRANT rds_extension TO {it}", _CREATE),
    ),
    "keeper": Kind("a role with CREATEROLE in rds_password", "CREATEROLE", ("GRANT rds_password TO {it}",)),
    "signaller": Kind("an ordinary role in pg_signal_backend", grants=("GRANT pg_signal_backend TO {it}",)),
    "watcher": Kind("an ordinary role in pg_monitor", grants=("GRANT pg_monitor TO {it}",)),
}
