"""Shared by the scenarios of IAM: the aws command, tokens that were tampered with."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def aws_token(rds_iam: Any) -> Callable[..., str]:
    """Give what makes a token by ``aws rds generate-db-auth-token``, which sends nothing anywhere."""
    # The tests' own environment may have one that PATH does not name.
    beside = Path(sys.executable).parent / "aws"
    program = os.environ.get("RDSCHECK_AWS") or (str(beside) if beside.exists() else shutil.which("aws"))
    if program is None:
        pytest.skip("there is no aws command (pip install awscli)")

    def make(credentials: Any = None) -> str:
        keys = credentials or rds_iam.credentials
        options = {
            "hostname": rds_iam.host,
            "port": rds_iam.port,
            "region": rds_iam.region,
            "username": rds_iam.user,
        }
        words = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        shown = ["5432" if part == str(rds_iam.port) else part for part in words]
        rds_iam.recorder.act(f"-- $ aws {shlex.join(['rds', 'generate-db-auth-token', *shown])}")
        done = subprocess.run(
            [program, "rds", "generate-db-auth-token", *words],
            env={
                # Invented keys, and no file of the user's.
                **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
                "AWS_ACCESS_KEY_ID": keys.access_key,
                "AWS_SECRET_ACCESS_KEY": keys.secret_key,
                **({"AWS_SESSION_TOKEN": keys.session_token} if keys.session_token else {}),
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "AWS_EC2_METADATA_DISABLED": "true",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        token: str = rds_iam.made(done.stdout.strip())
        return token

    return make
