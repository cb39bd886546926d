"""Where an extension procedure in a sandbox differs from RDS, or rests on a guess about it."""

from rdscheck.model import Deviation

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_REPACK = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pg_repack.html"
_CRON = f"{_GUIDE}/PostgreSQL_pg_cron.html"
_PLV8 = f"{_GUIDE}/PostgreSQL.Concepts.General.UpgradingPLv8.html"
_LOGICAL = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html"

_GUESSED = "guessed"

DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        "repack-superuser",
        "functions of pg_repack before 1.5.2, which ask for a superuser",
        "they work for rds_superuser; what RDS changed in them is not documented",
        "they work for members of rds_superuser who own the table, as they do for its owner from 1.5.2 on;"
        " a first statement with a constant in quotes is refused",
        _GUESSED,
        _REPACK,
    ),
    Deviation(
        "repack-trigger-owner",
        "whose rights pg_repack's trigger has when it fills the log table",
        "the two ALTER DEFAULT PRIVILEGES statements are a documented step; as packaged nothing needs them",
        "those of rds_superuser, to whom the function repack.repack_trigger() is given: so both are needed",
        _GUESSED,
        _REPACK,
    ),
    Deviation(
        "cron-row-security",
        "whose jobs rds_superuser sees in cron.job and cron.job_run_details",
        "the page's query shows jobs of one user; whether a policy is left out for rds_superuser is not told",
        "those of the user who asks: the policies of pg_cron hold for all but rdsadmin",
        _GUESSED,
        _CRON,
    ),
    Deviation(
        "cron-functions",
        "cron.schedule_in_database and cron.alter_job, which pg_cron closes to PUBLIC",
        "the page does not name them; that rds_superuser moves jobs by UPDATE is documented",
        "rds_superuser may call both for jobs of his own; a job for another role needs a superuser",
        _GUESSED,
        _CRON,
    ),
    Deviation(
        "output-plugin-libraries",
        "which output plugins a member of rds_replication may name",
        "the page names test_decoding and wal2json, the lists add decoder_raw; pgoutput serves publications."
        " What RDS sets output_plugin_libraries to is not published",
        "pgoutput, test_decoding, pglogical_output, wal2json and decoder_raw where the minor has the setting"
        " (17.11, 18.6 and their like); older minors load any library whose file the server can read",
        "guessed",
        _LOGICAL,
    ),
    Deviation(
        "plv8-stand-in",
        "plv8 and its versions",
        "V8 runs JavaScript; 2.3.15 to 3.1.10 up to 17 and 3.2.4 on 18, as AWS's tables print them",
        "where none is installed a stand-in of the same name, whose functions are JavaScript by QuickJS where"
        " pljs is installed and PL/pgSQL elsewhere, without the object plv8 and without an"
        " update path between its versions. How functions behave under V8, and what its updates keep, is not"
        " told by it",
        "known",
        _PLV8,
    ),
)
