"""Secrets at rest: who has the key opens them, for what they belong to, and nothing else."""

from __future__ import annotations

import pytest

from engine.errors import SealBroken
from engine.sealing import Sealer

OLD, NEW = b"the old key of the settings", b"the new key of the settings"
SECRET = "Bearer 祕密".encode()


def test_what_was_sealed_is_opened_and_does_not_show():
    sealed = Sealer([OLD]).seal(SECRET, "host docs")
    assert Sealer([OLD]).open(sealed, "host docs") == SECRET
    assert "Bearer" not in sealed
    assert Sealer([OLD]).seal(SECRET, "host docs") != sealed, "nobody sees that two are the same"


@pytest.mark.parametrize("belongs_to", ["host other", ""])
def test_it_does_not_open_for_anything_else(belongs_to):
    with pytest.raises(SealBroken):
        Sealer([OLD]).open(Sealer([OLD]).seal(SECRET, "host docs"), belongs_to)


def test_a_key_is_changed_while_the_former_one_still_opens():
    sealed = Sealer([OLD]).seal(SECRET, "x")
    both = Sealer([NEW, OLD])
    assert both.open(sealed, "x") == SECRET
    assert not both.is_current(sealed)
    anew = both.seal(SECRET, "x")
    assert both.is_current(anew)
    assert Sealer([NEW]).open(anew, "x") == SECRET
    with pytest.raises(SealBroken, match="not among those of the settings"):
        Sealer([NEW]).open(sealed, "x")


def test_what_was_changed_does_not_open():
    form, name, body = Sealer([OLD]).seal(SECRET, "x").split(".")
    for changed in (
        "",
        "s1",
        f"s2.{name}.{body}",
        f"{form}.{name}.{body[:-4]}",
        f"{form}.{name}.A{body[1:]}",
        f"{form}.{name}.*",
    ):
        with pytest.raises(SealBroken):
            Sealer([OLD]).open(changed, "x")


def test_no_key_is_no_sealer():
    with pytest.raises(ValueError, match="key"):
        Sealer([])
