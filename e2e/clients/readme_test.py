"""Tests the README: it shows the programs of the journey, and its commands give the results that it states."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from latchkey import PASSWORD, URL

HERE = Path(__file__).parent
README = (HERE.parent.parent / "README.md").read_text()


@pytest.mark.parametrize(("language", "program"), [("python", "seal.py"), ("js", "seal.mjs")])
def test_readme_shows_the_program_that_seals(language, program):
    assert f"```{language}\n{(HERE / program).read_text()}```" in README


def test_readme_links_every_recipe():
    recipes = {recipe.name for recipe in (HERE.parent.parent / "gateways").iterdir()}
    assert set(re.findall(r"\(gateways/([^)]+)\)", README)) == recipes


def test_the_first_five_minutes_go_as_readme_says(tmp_path):
    (chapter,) = re.findall(r"^## The first five minutes$(.*?)^## ", README, re.DOTALL | re.MULTILINE)
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```$", chapter, re.DOTALL | re.MULTILINE))
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path,
        env=os.environ | {"LATCHKEY": URL, "PASSWORD": PASSWORD},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    decisions = re.findall(r'\{"allowed":(true|false)', run.stdout, re.MULTILINE)
    assert decisions == ["true", "false", "true", "false"], run.stdout
