"""The `mail` connector: one message a key, through SMTP or into a folder."""

from __future__ import annotations

import email
import email.policy

import pytest

from engine.connectors import ConnectorRegistry, FolderTransport, MailConnector, SmtpTransport
from engine.errors import ConnectorError
from tests.engine.connectors.fakes import smtp_server

LETTER = {"to": ["clerk@example.test"], "subject": "案件\n逾期", "body": "請儘速辦理。"}


def test_a_message_reaches_the_folder_once_for_its_key(tmp_path):
    mail = MailConnector(FolderTransport(tmp_path), "siwei@example.test")
    assert mail.call(LETTER, key="a") == {"sent_to": ["clerk@example.test"]}
    mail.call(LETTER, key="a")
    mail.call(LETTER, key="b")
    files = sorted(tmp_path.iterdir())
    assert len(files) == 2
    message = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert message["Subject"] == "案件 逾期"
    assert message.get_content().strip() == "請儘速辦理。"


def test_a_message_goes_through_smtp():
    with smtp_server() as (port, messages):
        mail = MailConnector(SmtpTransport("127.0.0.1", port, starttls=False), "siwei@example.test")
        mail.call(LETTER, key="a")
    assert len(messages) == 1
    assert "To: clerk@example.test" in messages[0]


def test_a_refused_address_is_final_and_a_dead_server_is_not():
    with smtp_server(refuse=True) as (port, _), pytest.raises(ConnectorError) as caught:
        MailConnector(SmtpTransport("127.0.0.1", port, starttls=False), "s@example.test").call(LETTER, key="a")
    assert not caught.value.retryable
    with pytest.raises(ConnectorError) as caught:
        MailConnector(SmtpTransport("127.0.0.1", port, starttls=False), "s@example.test").call(LETTER, key="a")
    assert caught.value.retryable


@pytest.mark.parametrize("address", ["no address", "a@b@c", "x@y\r\nBcc: z@z"])
def test_a_malformed_address_is_refused(tmp_path, address):
    with pytest.raises(ConnectorError) as caught:
        MailConnector(FolderTransport(tmp_path), "s@example.test").call({"to": address, "subject": "x"}, key="a")
    assert not caught.value.retryable
    assert not list(tmp_path.iterdir())


def test_nobody_to_send_to_is_no_error(tmp_path):
    mail = MailConnector(FolderTransport(tmp_path), "s@example.test")
    assert mail.call({"subject": "x"}, key="a") == {"sent_to": []}


def test_people_are_resolved_to_addresses_when_it_is_sent(tmp_path):
    mail = MailConnector(
        FolderTransport(tmp_path),
        "s@example.test",
        lambda texts: [f"{text.partition('@')[0]}@x.test" for text in texts],
    )
    assert mail.call({"people": "lead_chief@works", "subject": "x"}, key="a") == {"sent_to": ["lead_chief@x.test"]}


def test_an_unknown_connector_is_a_final_error():
    with pytest.raises(ConnectorError) as caught:
        ConnectorRegistry().call("fax", {}, key="a")
    assert not caught.value.retryable
