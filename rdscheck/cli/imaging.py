"""``rdscheck images``: the images of the docker engine."""

import argparse
from typing import Any

from rdscheck.aws.image import build_localstack
from rdscheck.catalog.versions import SANDBOX_MAJORS, parse_versions
from rdscheck.cli.console import Console
from rdscheck.errors import ExitCode, RdscheckError, UsageError
from rdscheck.sandbox import images, upgrade_image

_EXAMPLES = """\
examples:
  rdscheck images build                    every version a base can be had for
  rdscheck images build --pg 17 --base postgres:17
  rdscheck images build --upgrade 13-17    what a major upgrade from 13 to 17 runs in
  rdscheck images build --localstack       LocalStack's S3 from the package registry
  rdscheck images base --pg 15             debian:bookworm-slim, where no registry can be reached
  rdscheck images list
  rdscheck images prune
"""


def add_to(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    top = commands.add_parser(
        "images",
        help="build and list the server images",
        description="Build the server images: one per PostgreSQL major, on postgres:N or debian:SUITE-slim.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = top.add_subparsers(title="actions", metavar="ACTION", required=True)
    build = actions.add_parser("build", help="build what is missing or out of date")
    build.add_argument("--pg", default="all", metavar="VERSIONS", help="15 or 13,15 or all (default)")
    build.add_argument("--base", metavar="IMAGE", help="base image instead of the one found")
    build.add_argument("--localstack", action="store_true", help="build the LocalStack image instead")
    build.add_argument(
        "--upgrade", metavar="OLD-NEW", help="build the image of a major upgrade instead, such as 13-17"
    )
    build.add_argument("--verbose", action="store_true", help="show the builder's output")
    build.set_defaults(command=_build)
    base = actions.add_parser("base", help="make debian:SUITE-slim from Debian's packages (root, mmdebstrap)")
    base.add_argument("--pg", default="all", metavar="VERSIONS", help="13, 15, 17, 18 or all (default)")
    base.set_defaults(command=_base)
    listing = actions.add_parser("list", help="list our images with their base")
    listing.set_defaults(command=_list)
    prune = actions.add_parser("prune", help="remove images that an older rdscheck built")
    prune.set_defaults(command=_prune)


def _build(options: argparse.Namespace, console: Console) -> ExitCode:
    if options.localstack:
        console.data(build_localstack(console.note))
        return ExitCode.OK
    if options.upgrade:
        old, new = _majors(options.upgrade)
        console.data(upgrade_image.build(old, new, console.note, verbose=options.verbose))
        return ExitCode.OK
    wanted = options.pg != "all"
    worst = ExitCode.OK
    for version in parse_versions(options.pg):
        try:
            image = images.build(version.major, console.note, options.base, verbose=options.verbose)
        except RdscheckError as error:
            console.error(f"PostgreSQL {version}: {error.message}", error.hint)
            # Of all versions, those without a base are told and left; one asked for by name must be had.
            worst = error.exit_code if wanted else worst
            continue
        console.data(image)
    return worst


def _majors(text: str) -> tuple[int, int]:
    """Read ``13-17``; raises ``UsageError`` unless it leads from one major to a later one."""
    old, _, new = text.partition("-")
    known = {str(major) for major in SANDBOX_MAJORS}
    if old not in known or new not in known or int(old) >= int(new):
        raise UsageError(f"--upgrade {text!r} is no upgrade", hint="the form is OLD-NEW, such as 13-17")
    return int(old), int(new)


def _base(options: argparse.Namespace, console: Console) -> ExitCode:
    for version in parse_versions(options.pg):
        if options.pg == "all" and version.major not in images.SUITES:
            continue
        console.data(images.make_debian_base(version.major, console.note))
    return ExitCode.OK


def _list(_options: argparse.Namespace, console: Console) -> ExitCode:
    rows = [[image, images.base_of(image)] for image in (*images.ours(), *upgrade_image.ours())]
    console.table(["image", "base"], rows)
    return ExitCode.OK


def _prune(_options: argparse.Namespace, console: Console) -> ExitCode:
    worst = ExitCode.OK
    for image in (*upgrade_image.outdated(), *images.outdated()):
        if images.remove(image):
            console.data(image)
        else:
            console.error(f"{image} is in use", "end what runs on it: rdscheck ps, rdscheck down")
            worst = ExitCode.UNCHECKED
    return worst
