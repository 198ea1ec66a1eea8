"""Sign-in, lock, sessions and passwords against a real database."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from engine.accounts.password_rules import Passwords
from engine.accounts.service import AccountRules, AccountService, SessionEnded, SignInRefused
from engine.errors import InvalidFields, NotAllowed, RecordNotFound
from engine.model import SYSTEM

pytestmark = pytest.mark.usefixtures("city")

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
GOOD = "river stone lantern"
BETTER = "copper kettle morning"
FROM = {"ip": "10.1.2.3", "user_agent": "test browser"}


@pytest.fixture
def accounts(store, clock, directory, log):
    return AccountService(store, clock, directory, log, passwords=CHEAP)


@pytest.fixture
def make_person(directory, accounts, store):
    """A new person with an account whose password is GOOD."""
    numbers = iter(range(1000))

    def make(prefix: str, *, demo: bool = True) -> str:
        with store.transaction() as tx:
            number = tx.execute(text("select count(*) from person")).scalar_one() + next(numbers)
        person_id = f"{prefix}{number}"
        directory.add_person(person_id, actor=SYSTEM, name="測試員")
        if demo:
            accounts.add_demo_account(person_id, person_id, GOOD)
        return person_id

    return make


@pytest.fixture
def person(make_person):
    return make_person("p")


def fail(accounts, username, times, password="not the password", **where):
    for _ in range(times):
        with pytest.raises(SignInRefused) as refused:
            accounts.sign_in(username, password, **(where or FROM))
    return refused.value


# -- signing in ---------------------------------------------------------------------


def test_signing_in_opens_a_session_that_its_token_names(accounts, person):
    session = accounts.sign_in(person, GOOD, **FROM)
    found = accounts.session(session.token)
    assert (found.id, found.person_id, found.ip) == (session.id, person, "10.1.2.3")


def test_names_are_matched_whatever_their_case(accounts, person):
    assert accounts.sign_in(f"  {person.upper()} ", GOOD, **FROM).person_id == person


def test_no_secret_is_stored(accounts, person, store):
    token = accounts.sign_in(person, GOOD, **FROM).token
    with store.transaction() as tx:
        row = tx.execute(text("select password_hash from account where person_id = :p"), {"p": person}).scalar_one()
        digests = tx.execute(text("select token_digest from web_session")).scalars().all()
    assert row.startswith("$argon2id$")
    assert GOOD not in row
    assert all(token.encode() != digest for digest in digests)


def test_wrong_name_and_wrong_password_are_answered_alike(accounts, person):
    known = fail(accounts, person, 1)
    unknown = fail(accounts, "no.such.name", 1)
    assert (known.code, known.until) == (unknown.code, unknown.until) == ("wrong", None)


def test_each_sign_in_gets_a_token_of_its_own_and_ends_the_one_it_replaces(accounts, person):
    first = accounts.sign_in(person, GOOD, **FROM)
    second = accounts.sign_in(person, GOOD, **FROM, replaces=first.token)
    assert first.token != second.token
    with pytest.raises(SessionEnded) as ended:
        accounts.session(first.token)
    assert ended.value.reason == "renewed"


# -- the lock -----------------------------------------------------------------------


def test_five_failures_lock_the_account_for_fifteen_minutes(accounts, person, clock):
    assert fail(accounts, person, 4).code == "wrong"
    refused = fail(accounts, person, 1)
    assert (refused.code, refused.until) == ("locked", clock.now() + timedelta(minutes=15))
    clock.advance(timedelta(minutes=14, seconds=59))
    assert fail(accounts, person, 1, GOOD).code == "locked"
    clock.advance(timedelta(seconds=1))
    assert accounts.sign_in(person, GOOD, **FROM).person_id == person


def test_a_name_without_account_seems_to_be_locked_just_the_same(accounts):
    assert fail(accounts, "ghost", 4).code == "wrong"
    assert fail(accounts, "ghost", 1).code == "locked"


def test_a_right_password_begins_the_count_anew(accounts, person):
    fail(accounts, person, 4)
    accounts.sign_in(person, GOOD, **FROM)
    assert fail(accounts, person, 4).code == "wrong"


def test_failures_are_counted_across_processes_and_guesses_at_once(store, clock, directory, log, person):
    """Twenty guesses at the same time through services that share nothing but the database: five are judged."""
    services = [AccountService(store, clock, directory, log, passwords=CHEAP) for _ in range(4)]
    start, codes = threading.Barrier(4), []

    def guess(service):
        start.wait()
        for _ in range(5):
            try:
                service.sign_in(person, "not the password", **FROM)
            except SignInRefused as refused:
                codes.append(refused.code)

    threads = [threading.Thread(target=guess, args=(service,)) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as tx:
        judged = tx.execute(
            text("select count(*) from sign_in_log where person_id = :p and result = 'wrong'"), {"p": person}
        ).scalar_one()
    assert len(codes) == 20
    assert judged == 5


def test_an_administrator_unlocks(accounts, person, directory):
    fail(accounts, person, 5)
    accounts.unlock(person, actor=SYSTEM)
    assert accounts.sign_in(person, GOOD, **FROM).person_id == person


def test_too_many_failures_from_one_address_stop_it_for_every_name(store, clock, directory, log, person):
    rules = AccountRules(max_failures_of_address=6)
    service = AccountService(store, clock, directory, log, passwords=CHEAP, rules=rules)
    where = {"ip": "10.9.9.9", "user_agent": ""}
    for number in range(6):
        fail(service, f"guess{number}", 1, **where)
    assert fail(service, person, 1, GOOD, **where).code == "throttled"
    assert service.sign_in(person, GOOD, ip="10.8.8.8", user_agent="").person_id == person
    clock.advance(timedelta(minutes=16))
    assert service.sign_in(person, GOOD, **where).person_id == person


# -- how sessions end ---------------------------------------------------------------


def reason(accounts, token, **how):
    with pytest.raises(SessionEnded) as ended:
        accounts.session(token, **how)
    return ended.value.reason


def test_a_session_ends_after_half_an_hour_without_an_act(accounts, person, clock):
    session = accounts.sign_in(person, GOOD, **FROM)
    assert session.idle_warning_at - session.active_at == timedelta(minutes=25)
    clock.advance(timedelta(minutes=29))
    accounts.session(session.token)
    clock.advance(timedelta(minutes=29))
    accounts.session(session.token)
    clock.advance(timedelta(minutes=30))
    assert reason(accounts, session.token) == "idle"


def test_polling_keeps_no_session_alive(accounts, person, clock):
    session = accounts.sign_in(person, GOOD, **FROM)
    for _ in range(29):
        clock.advance(timedelta(minutes=1))
        accounts.session(session.token, active=False)
    clock.advance(timedelta(minutes=1))
    assert reason(accounts, session.token, active=False) == "idle"


def test_a_session_ends_after_eight_hours_however_busy(accounts, person, clock):
    session = accounts.sign_in(person, GOOD, **FROM)
    for _ in range(47):
        clock.advance(timedelta(minutes=10))
        accounts.session(session.token)
    clock.advance(timedelta(minutes=10))
    assert reason(accounts, session.token) == "absolute"


def test_signing_out_ends_the_session(accounts, person):
    session = accounts.sign_in(person, GOOD, **FROM)
    accounts.sign_out(session.token)
    assert reason(accounts, session.token) == "signed-out"
    accounts.sign_out(session.token)


def test_a_session_that_has_been_over_for_a_week_is_forgotten_and_says_why_until_then(accounts, person, clock):
    signed_out, lasting = (accounts.sign_in(person, GOOD, **FROM).token for _ in range(2))
    accounts.sign_out(signed_out)
    clock.advance(timedelta(days=6))
    accounts.forget_ended()
    with pytest.raises(SessionEnded) as ended:
        accounts.session(signed_out)
    assert ended.value.params["reason"] == "signed-out"
    clock.advance(timedelta(days=1, minutes=1))
    assert accounts.forget_ended() >= 1
    with pytest.raises(SessionEnded) as ended:
        accounts.session(signed_out)
    assert ended.value.params["reason"] == "unknown"
    with pytest.raises(SessionEnded) as ended:
        accounts.session(lasting)
    assert ended.value.params["reason"] != "unknown", "it ran out eight hours after it began"


def test_signing_out_everywhere_ends_all_sessions_but_ones_own(accounts, person, directory):
    here, there = accounts.sign_in(person, GOOD, **FROM), accounts.sign_in(person, GOOD, **FROM)
    me = directory.actor_for(person)
    assert {session.id for session in accounts.sessions(person, actor=me)} == {here.id, there.id}
    assert accounts.sign_out_everywhere(person, actor=me, but=here.id) == 1
    assert reason(accounts, there.token) == "everywhere"
    assert accounts.session(here.token).id == here.id


def test_disabling_an_account_ends_its_sessions_and_refuses_its_password(accounts, person):
    session = accounts.sign_in(person, GOOD, **FROM)
    accounts.set_enabled(person, False, actor=SYSTEM)
    assert reason(accounts, session.token) == "disabled"
    assert fail(accounts, person, 1, GOOD).code == "wrong"
    accounts.set_enabled(person, True, actor=SYSTEM)
    assert accounts.sign_in(person, GOOD, **FROM)


def test_somebody_who_leaves_is_signed_out(accounts, person, directory):
    session = accounts.sign_in(person, GOOD, **FROM)
    directory.set_active(person, False, actor=SYSTEM)
    assert reason(accounts, session.token) == "disabled"


def test_a_made_up_token_names_no_session(accounts):
    assert reason(accounts, "made-up") == "unknown"


def test_one_ends_one_s_own_sessions_only(accounts, make_person, directory):
    mine, other = make_person("p"), make_person("q")
    session = accounts.sign_in(other, GOOD, **FROM)
    with pytest.raises(RecordNotFound):
        accounts.end_session(session.id, actor=directory.actor_for(mine))
    accounts.end_session(session.id, actor=directory.actor_for(other))
    assert reason(accounts, session.token) == "signed-out"


# -- passwords ----------------------------------------------------------------------


def test_a_first_password_must_be_changed(accounts, make_person):
    person = make_person("n", demo=False)
    password = accounts.add_account(person, person, actor=SYSTEM)
    session = accounts.sign_in(person, password, **FROM)
    assert session.must_change
    renewed = accounts.change_password(person, current=password, new=BETTER, token=session.token)
    assert not renewed.must_change
    assert not accounts.sign_in(person, BETTER, **FROM).must_change


def test_demo_accounts_need_no_first_change(accounts, person):
    assert not accounts.sign_in(person, GOOD, **FROM).must_change


def test_changing_the_password_ends_every_other_session_and_renews_the_token(accounts, person):
    here, there = accounts.sign_in(person, GOOD, **FROM), accounts.sign_in(person, GOOD, **FROM)
    renewed = accounts.change_password(person, current=GOOD, new=BETTER, token=here.token)
    assert reason(accounts, here.token) == reason(accounts, there.token) == "password"
    assert accounts.session(renewed.token).person_id == person
    assert fail(accounts, person, 1, GOOD).code == "wrong"


def test_the_last_three_passwords_are_refused(accounts, person):
    """The first comes back only after three others."""
    session, current = accounts.sign_in(person, GOOD, **FROM), GOOD
    for new in (BETTER, "harbour window seven", "yellow paper crane"):
        with pytest.raises(InvalidFields) as refused:
            accounts.change_password(person, current=current, new=GOOD, token=session.token)
        assert refused.value.fields == {"new": "used"}
        session = accounts.change_password(person, current=current, new=new, token=session.token)
        current = new
    assert accounts.change_password(person, current=current, new=GOOD, token=session.token)


def test_the_current_password_is_asked_for_and_guessing_it_locks(accounts, person):
    session = accounts.sign_in(person, GOOD, **FROM)
    for _ in range(4):
        with pytest.raises(InvalidFields) as refused:
            accounts.change_password(person, current="wrong guess", new=BETTER, token=session.token)
        assert refused.value.fields == {"current": "wrong"}
    with pytest.raises(SignInRefused) as locked:
        accounts.change_password(person, current="wrong guess", new=BETTER, token=session.token)
    assert locked.value.code == "locked"


def test_a_session_changes_its_own_password_only(accounts, make_person):
    mine, other = make_person("p"), make_person("q")
    session = accounts.sign_in(mine, GOOD, **FROM)
    with pytest.raises(RecordNotFound):
        accounts.change_password(other, current=GOOD, new=BETTER, token=session.token)


def test_a_reset_link_works_once_within_half_an_hour(accounts, person, clock):
    session = accounts.sign_in(person, GOOD, **FROM)
    token = accounts.reset_link(person, actor=SYSTEM)
    assert accounts.reset_owner(token) == person
    with pytest.raises(InvalidFields):
        accounts.reset_password(token, "short")
    accounts.reset_password(token, BETTER)
    assert accounts.sign_in(person, BETTER, **FROM)
    assert reason(accounts, session.token) == "password"
    with pytest.raises(RecordNotFound):
        accounts.reset_password(token, "harbour window seven")
    late = accounts.reset_link(person, actor=SYSTEM)
    clock.advance(timedelta(minutes=30))
    with pytest.raises(RecordNotFound):
        accounts.reset_owner(late)
    with pytest.raises(RecordNotFound):
        accounts.reset_password(late, "harbour window seven")


def test_a_new_link_makes_the_one_before_useless(accounts, person):
    first = accounts.reset_link(person, actor=SYSTEM)
    accounts.reset_link(person, actor=SYSTEM)
    with pytest.raises(RecordNotFound):
        accounts.reset_password(first, BETTER)


def test_a_link_unlocks_a_locked_account(accounts, person):
    fail(accounts, person, 5)
    accounts.reset_password(accounts.reset_link(person, actor=SYSTEM), BETTER)
    assert accounts.sign_in(person, BETTER, **FROM)


def test_a_temporary_password_must_be_changed(accounts, person):
    password = accounts.temporary_password(person, actor=SYSTEM)
    assert accounts.sign_in(person, password, **FROM).must_change
    assert fail(accounts, person, 1, GOOD).code == "wrong"


# -- who may ------------------------------------------------------------------------


def test_only_administrators_of_the_unit_reset_and_disable(accounts, directory):
    accounts.add_demo_account("tsai", "tsai", GOOD)
    accounts.add_demo_account("kuo", "kuo", GOOD)
    wu = directory.actor_for("wu")  # administrator of aia
    assert accounts.reset_link("tsai", actor=wu)
    for forbidden in (accounts.reset_link, accounts.temporary_password, accounts.unlock):
        with pytest.raises(NotAllowed):
            forbidden("kuo", actor=wu)
        with pytest.raises(NotAllowed):
            forbidden("tsai", actor=directory.actor_for("huang"))
    with pytest.raises(NotAllowed):
        accounts.set_enabled("kuo", False, actor=wu)
    with pytest.raises(NotAllowed):
        accounts.sessions("kuo", actor=wu)


def test_nobody_disables_themselves(accounts, directory):
    accounts.add_demo_account("wu", "wu", GOOD)
    with pytest.raises(InvalidFields) as refused:
        accounts.set_enabled("wu", False, actor=directory.actor_for("wu"))
    assert refused.value.fields == {"enabled": "oneself"}


def test_a_name_is_given_once_and_a_person_has_one_account(accounts, make_person, person):
    other = make_person("n", demo=False)
    with pytest.raises(InvalidFields) as refused:
        accounts.add_account(other, person.upper(), actor=SYSTEM)
    assert refused.value.fields == {"username": "taken"}
    with pytest.raises(InvalidFields) as refused:
        accounts.add_account(person, "another.name", actor=SYSTEM)
    assert refused.value.fields == {"person_id": "has-account"}
    with pytest.raises(InvalidFields) as refused:
        accounts.add_account(other, "名字", actor=SYSTEM)
    assert refused.value.fields == {"username": "format"}


def test_every_act_of_an_administrator_is_in_the_log(accounts, directory, log):
    accounts.add_demo_account("hsu", "hsu", GOOD)
    accounts.reset_link("hsu", actor=SYSTEM)
    accounts.set_enabled("hsu", False, actor=SYSTEM)
    entries = log.entries(SYSTEM, subject=("account", "hsu"))
    assert [entry.verb for entry in entries] == ["account.disable", "account.reset-link", "account.add"]


def test_attempts_are_listed(accounts, person, directory):
    fail(accounts, person, 1)
    accounts.sign_in(person, GOOD, **FROM)
    results = [attempt.result for attempt in accounts.sign_ins(person_id=person, actor=directory.actor_for(person))]
    assert results == ["ok", "wrong"]
    with pytest.raises(NotAllowed):
        accounts.sign_ins(actor=directory.actor_for(person))


# -- age of accounts and passwords ----------------------------------------------------


@pytest.fixture
def real(make_person, accounts):
    """A person with an account that is nobody's demonstration; its temporary password is not known here."""
    person = make_person("r", demo=False)
    accounts.add_account(person, person, actor=SYSTEM)
    return person


def test_an_account_nobody_uses_for_ninety_days_is_disabled_and_the_log_says_why(accounts, real, clock, log):
    clock.advance(timedelta(days=89))
    accounts.disable_idle()
    assert accounts.account(real).disabled_at is None
    clock.advance(timedelta(days=2))
    assert accounts.disable_idle() >= 1
    assert accounts.account(real).disabled_reason == "idle"
    (entry, *_) = log.entries(SYSTEM, subject=("account", real))
    assert (entry.verb, entry.actor_id, entry.after["reason"]) == ("account.disable", SYSTEM.person_id, "idle")


def test_days_count_anew_from_a_sign_in_and_from_being_enabled(accounts, real, clock):
    password = accounts.temporary_password(real, actor=SYSTEM)
    clock.advance(timedelta(days=80))
    session = accounts.sign_in(real, password, **FROM)
    clock.advance(timedelta(days=80))
    accounts.disable_idle()
    assert accounts.account(real).disabled_at is None
    clock.advance(timedelta(days=11))
    accounts.disable_idle()
    assert fail(accounts, real, 1, password).code == "wrong"
    assert reason(accounts, session.token) == "disabled"
    accounts.set_enabled(real, True, actor=SYSTEM)
    accounts.disable_idle()
    assert accounts.sign_in(real, password, **FROM).person_id == real


def test_demo_accounts_stay(accounts, person, clock):
    clock.advance(timedelta(days=400))
    accounts.disable_idle()
    assert accounts.sign_in(person, GOOD, **FROM).person_id == person


def test_administrators_stay_when_none_of_them_used_an_account(accounts, real, clock, directory, store):
    root = directory.units()[0].id
    with store.transaction() as tx:  # the administrators that other tests made
        tx.execute(text("update account set disabled_at = now(), disabled_reason = 'administrator'"
                        " where disabled_at is null and person_id <> :p"), {"p": real})  # fmt: skip
    directory.grant(real, "administrator", root, actor=SYSTEM, valid_from=clock.now().date())
    clock.advance(timedelta(days=91))
    accounts.disable_idle()
    assert accounts.account(real).disabled_at is None, "somebody must be able to let the others in again"


def test_an_old_password_must_be_changed_where_the_rules_say_so(store, clock, directory, log, accounts, real, person):
    rules = AccountRules(password_max_age=timedelta(days=90))
    strict = AccountService(store, clock, directory, log, passwords=CHEAP, rules=rules)
    first = strict.sign_in(real, strict.temporary_password(real, actor=SYSTEM), **FROM)
    strict.reset_password(strict.reset_link(real, actor=SYSTEM), GOOD)
    assert reason(strict, first.token) == "password"
    clock.advance(timedelta(days=89, hours=23))
    assert not strict.sign_in(real, GOOD, **FROM).must_change
    clock.advance(timedelta(hours=2))
    old = strict.sign_in(real, GOOD, **FROM)
    assert old.must_change
    assert not strict.sign_in(person, GOOD, **FROM).must_change, "demo accounts never have to"
    assert not accounts.sign_in(real, GOOD, **FROM).must_change, "by default nobody has to"
    assert not strict.change_password(real, current=GOOD, new=BETTER, token=old.token).must_change


def test_a_password_one_chose_is_kept_for_the_least_time(store, clock, directory, log, real):
    rules = AccountRules(password_min_age=timedelta(days=1))
    strict = AccountService(store, clock, directory, log, passwords=CHEAP, rules=rules)
    temporary = strict.temporary_password(real, actor=SYSTEM)
    session = strict.sign_in(real, temporary, **FROM)
    session = strict.change_password(real, current=temporary, new=GOOD, token=session.token)
    with pytest.raises(InvalidFields) as refused:
        strict.change_password(real, current=GOOD, new=BETTER, token=session.token)
    assert refused.value.fields == {"new": "too-soon"}
    clock.advance(timedelta(days=1, minutes=1))
    session = strict.sign_in(real, GOOD, **FROM)
    assert strict.change_password(real, current=GOOD, new=BETTER, token=session.token).person_id == real
