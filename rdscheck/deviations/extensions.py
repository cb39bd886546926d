"""Where an extension procedure in a sandbox differs from RDS, or rests on a guess about it."""

from rdscheck.model import Deviation

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_PLV8 = f"{_GUIDE}/PostgreSQL.Concepts.General.UpgradingPLv8.html"
_LOGICAL = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html"

DEVIATIONS: tuple[Deviation, ...] = (
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
