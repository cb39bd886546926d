"""IAM log-ins: where the sandbox differs from RDS, or rests on a guess about it."""

from rdscheck.model import Deviation

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth"

DEVIATIONS = (
    Deviation(
        "iam-login-module",
        "who decides about a token",
        "a service of AWS, by the policies and conditions of the account at that moment",
        "a PAM module inside the server, by the access keys and the patterns of rds-db:connect it was told,"
        " anew after each change in IAM; permissions boundaries, NotResource and conditions that cannot be"
        " evaluated let nobody in, sessions of a user (GetSessionToken) are not known",
        "known",
        f"{_GUIDE}.html",
    ),
    Deviation(
        "iam-login-disabled",
        "members of rds_iam on an instance without IAM database authentication",
        "that tokens do not open is documented, the text and whether a password does are not",
        "they are refused as with a wrong token, passwords included",
        "guessed",
        f"{_GUIDE}.Enabling.html",
    ),
    Deviation(
        "iam-creator",
        "who created a member of rds_iam: from 16 on he has ADMIN OPTION on him, and so is a member himself",
        "the guide lets the master user create such users, and nobody reports that it costs him his password",
        "who is a member by ADMIN OPTION alone logs in by password, in clear inside TLS; a wrong one gets the"
        " text of PAM",
        "guessed",
        f"{_GUIDE}.DBAccounts.html",
    ),
    Deviation(
        "iam-token-clock",
        "tokens of clients whose clock is ahead, and X-Amz-Expires other than 900",
        "not documented",
        "five minutes ahead are tolerated; a token lasts as long as it says, but never more than 15 minutes",
        "guessed",
        f"{_GUIDE}.html",
    ),
    Deviation(
        "iam-token-length",
        "tokens of more than 1000 bytes on 13",
        "keys of assumed roles are documented to work, and their tokens are as long as that",
        "PostgreSQL 13 itself takes no password of more than 1000 bytes and drops the connection",
        "known",
        f"{_GUIDE}.html",
    ),
    Deviation(
        "iam-replication",
        "replication connections with a token",
        "documented as not possible",
        "a logical one opens for a member of rds_replication, because pg_hba.conf cannot tell it from others",
        "known",
        f"{_GUIDE}.html",
    ),
)
