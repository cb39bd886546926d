"""Where an extension procedure in a sandbox differs from RDS, or rests on a guess about it."""

from rdscheck.model import Deviation

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
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
)
