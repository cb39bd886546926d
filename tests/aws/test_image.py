"""What goes into the LocalStack image; building it takes half a minute and is no test."""

from pathlib import Path

import pytest

from rdscheck.aws import docker, image
from rdscheck.resources import images_dir


def test_the_build_context_is_the_recipe_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in image._CA_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    image._context(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["Dockerfile"]


def test_the_machines_authorities_go_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle, context = tmp_path / "bundle.pem", tmp_path / "context"
    bundle.write_text("certificates")
    context.mkdir()
    monkeypatch.setenv("PIP_CERT", str(tmp_path / "missing"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    image._context(context)
    assert (context / "ca-certificates.crt").read_text() == "certificates"


def test_the_package_index_and_proxies_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in image._PASSED_ON:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    assert image._arguments() == {}
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example.org/simple")
    monkeypatch.setenv("https_proxy", "http://proxy.example.org")
    assert image._arguments() == {
        "PIP_INDEX_URL": "https://index.example.org/simple",
        "HTTPS_PROXY": "http://proxy.example.org",
    }


def test_what_the_build_was_given_stays_out_of_the_image(localstack_image: str) -> None:
    if localstack_image != image.TAG:
        pytest.skip("the image here is not ours")
    with docker.engine() as client:
        found = client.images.get(localstack_image)
        said = "".join(entry["CreatedBy"] for entry in found.history())
    assert "PIP_INDEX_URL" not in said
    assert "ca-certificates.cr" not in said.replace("ca-certificates ", "")


def test_recipe_and_code_agree_on_the_release() -> None:
    recipe = (images_dir() / "localstack" / "Dockerfile").read_text()
    release = image.TAG.rpartition(":")[2]
    assert f"localstack-core[base-runtime]=={release}" in recipe
    assert image.TAG in recipe
