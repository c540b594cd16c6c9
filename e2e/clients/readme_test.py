"""Tests the README and the other pages: the README shows the programs of the journey, its commands give the results
that it states, and links lead somewhere.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
from latchkey import PASSWORD, URL

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(("language", "program"), [("python", "seal.py"), ("js", "seal.mjs")])
def test_readme_shows_the_program_that_seals(language, program):
    assert f"```{language}\n{(HERE / program).read_text()}```" in README


def test_every_recipe_is_linked():
    recipes = {recipe.name for recipe in (ROOT / "gateways").iterdir()}
    page = (ROOT / "docs" / "gateways.md").read_text()
    assert set(re.findall(r"\(\.\./gateways/([^)]+)\)", page)) == recipes


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]), ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page):
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text()):
        there = page.parent / path if path else page
        assert there.exists(), path
        if anchor:
            titles = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


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
