"""An environment in which a document's ``aws`` commands reach the control plane and nothing else.

CLI version 1 ignores AWS_ENDPOINT_URL for ``aws rds`` in us-east-1, so the endpoint is put into every
command line by an ``aws`` that stands first on PATH. Three more nets hold what would slip through: the
keys are invented, no file and no metadata service offers others, and a proxy that nothing answers for
stands before every address but this machine's.
"""

import os
import shlex
import shutil
import sys
from pathlib import Path

from rdscheck.aws.endpoint import DEFAULT_REGION

#: What a person without the program is told.
INSTALL = "pip install awscli"

#: Keys that open nothing anywhere.
ACCESS_KEY, SECRET_KEY = "AKIARDSCHECKLOCALKEY", "rdscheck/invented/opens/nothing/0000000"

#: A port of this machine that nothing listens on: discard, which no system serves any more.
_NOWHERE = "http://127.0.0.1:9"

#: Variables of the caller that a client of AWS would listen to.
_DROPPED = ("AWS_", "BOTO", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

_SCRIPT = """\
#!/bin/sh
# Every command goes to the local control plane; see rdscheck/aws/control/shim.py.
for word in "$@"; do
	case ${{word%%=*}} in
	--e | --en | --end | --endp | --endpo | --endpoi | --endpoin | --endpoint | --endpoint-*)
		echo "rdscheck: $word: this aws talks to the local control plane and to nothing else" >&2
		exit 252
		;;
	esac
done
exec {program} --endpoint-url {url} "$@"
"""


#: For a shell that is also used for other things: only what the control plane answers goes there.
_ADDING = """\
#!/bin/sh
# Commands of rds, iam, sts and lambda go to the sandbox; see rdscheck/aws/control/shim.py.
for word in "$@"; do
	case $word in
	rds | iam | sts | lambda) exec {program} --endpoint-url {url} "$@" ;;
	esac
done
exec {program} "$@"
"""


def program() -> str | None:
    """Return the path of the real ``aws``: RDSCHECK_AWS, on PATH, or beside this Python; None without one."""
    chosen = os.environ.get("RDSCHECK_AWS")
    if chosen:
        return chosen
    found = shutil.which("aws")
    beside = Path(sys.executable).parent / "aws"
    return found or (str(beside) if os.access(beside, os.X_OK) else None)


def environment(url: str, directory: Path, region: str = DEFAULT_REGION) -> dict[str, str]:
    """Return the variables for programs that are to reach the control plane at ``url`` only.

    ``directory`` gets the ``aws`` that does it, where there is a real one, and is their home.
    """
    _write(_SCRIPT, url, directory)
    path = os.environ.get("PATH", os.defpath)
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_DROPPED)}
    nothing = str(directory / "nothing")
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), _NOWHERE)
    here = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    return {
        **kept,
        **proxies,
        **here,
        "PATH": f"{directory}{os.pathsep}{path}",
        "HOME": str(directory),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_CONFIG_FILE": nothing,
        "AWS_SHARED_CREDENTIALS_FILE": nothing,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_PAGER": "",
        "AWS_MAX_ATTEMPTS": "1",
    }


def adding(url: str, directory: Path) -> bool:
    """Put an ``aws`` into a directory that adds the endpoint to commands of rds, iam and sts only.

    Returns whether there is a real one to add it to.
    """
    return _write(_ADDING, url, directory)


def _write(text: str, url: str, directory: Path) -> bool:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    real = program()
    if real is None:
        return False
    script = directory / "aws"
    script.write_text(
        text.format(program=shlex.quote(str(Path(real).resolve())), url=shlex.quote(url)), encoding="utf-8"
    )
    script.chmod(0o700)
    return True
