"""Which passwords are refused, and why; the hashes."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters

from engine.accounts.password_rules import Passwords, fault

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.mark.parametrize(
    "password, code",
    [
        ("short1", "too-short"),
        ("elevenchars", "too-short"),
        ("x1" * 65, "too-long"),
        ("password1234", "common"),
        ("Password!234", "common"),
        ("P@ssw0rd1234", "common"),
        ("qwertyuiopasdf", "common"),
        ("123456789012", "common"),
        ("Kaohsiung2026", "common"),
        ("woaini5201314", "common"),
        ("aaaaaaaaaaaaaaaa", "simple"),
        ("xyzpqxyzpqxyzpq", "simple"),
        ("rstuvwxyz0123456", "simple"),
        ("tsai.zonghan-99x", "personal"),
        ("我是蔡宗翰蔡宗翰的密碼喔", "personal"),
        ("river stone lantern", None),
        ("四維三路二號的鳳凰花很紅", None),
        ("a" * 3 + "Zk7#mQ" + "12", "too-short"),
    ],
)
def test_a_password_is_refused_with_its_reason(password, code):
    assert fault(password, username="tsai.zonghan", name="蔡宗翰") == code


def test_long_passwords_are_welcome():
    assert fault("one two three four " * 4 + "five six seven eight nine ten ele") is None
    assert fault("q" * 129) == "too-long"


def test_the_default_hash_is_argon2id():
    hashed = Passwords().hash("river stone lantern")
    assert hashed.startswith("$argon2id$v=19$")


def test_a_hash_matches_its_password_only():
    passwords = Passwords(CHEAP)
    hashed = passwords.hash("river stone lantern")
    assert passwords.matches(hashed, "river stone lantern")
    assert not passwords.matches(hashed, "river stone lanterN")
    assert not passwords.matches(None, "nobody has this password")
    assert not passwords.matches("not a hash", "river stone lantern")


@pytest.mark.parametrize("hasher", [CHEAP, PasswordHasher()], ids=["cheap", "recommended"])
def test_a_name_without_an_account_is_checked_at_the_cost_of_an_account(hasher, monkeypatch):
    checked = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda own, *given: checked.append(given[0]) or verify(own, *given))
    passwords = Passwords(hasher)
    kept = passwords.hash("river stone lantern")
    assert passwords.matches(kept, "river stone lantern")
    assert not passwords.matches(None, "river stone lantern")
    theirs, nobodys = map(extract_parameters, checked)
    assert theirs == nobodys
    assert checked[1] != kept


def test_full_width_and_half_width_input_are_the_same_password():
    passwords = Passwords(CHEAP)
    assert passwords.matches(passwords.hash("ｒｉｖｅｒ１２３４５６７"), "river1234567")


def test_a_hash_of_another_cost_is_made_anew():
    assert Passwords().outdated(CHEAP.hash("river stone lantern"))
    assert not Passwords(CHEAP).outdated(CHEAP.hash("river stone lantern"))
