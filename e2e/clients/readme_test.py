"""The programs that README shows are the ones that the journey runs."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
README = HERE.parent.parent / "README.md"


@pytest.mark.parametrize(("language", "program"), [("python", "seal.py"), ("js", "seal.mjs")])
def test_readme_shows_the_program_that_seals(language, program):
    assert f"```{language}\n{(HERE / program).read_text()}```" in README.read_text()
