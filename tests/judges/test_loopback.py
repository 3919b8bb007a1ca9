"""Programs of this machine at published ports and console doors: swaks, curl, dig, smtplib, telnet."""

from __future__ import annotations

import os
import poplib
import re
import smtplib
import subprocess
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest

from ios_emu.edges.library import ServedLab, serve
from tests.judges.automation import GUARDED, Automation

pytestmark = [pytest.mark.judge, pytest.mark.slow]

DOMAIN = "univ-djelfa.com"
Judge = Callable[[str], str]


@pytest.fixture
def lab() -> Iterator[ServedLab]:
    """The mail and the name server of the built-in lab, on free ports of this machine."""
    ports = ["Mail-Server:25", "Mail-Server:110", "DNS-Server:53/udp", "DNS-Server:53"]
    with serve("lab5", publish=ports, console=["R1"]) as served:
        yield served


def run(*words: str, stdin: str = "", ok: bool = True) -> str:
    """What a program prints."""
    done = subprocess.run(words, input=stdin, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_swaks_delivers_and_curl_fetches(lab: ServedLab, judge: Judge) -> None:
    smtp, pop3 = lab.address("Mail-Server:25"), lab.address("Mail-Server:110")
    arguments = ["--from", f"user1@{DOMAIN}", "--to", f"user2@{DOMAIN}", "--header", "Subject: from outside"]
    said = run(judge("swaks"), "--server", smtp.host, "--port", str(smtp.port), *arguments)
    assert "250 2.0.0 Ok: queued" in said
    url = f"pop3://{pop3}/1"
    letter = run(judge("curl"), "-sS", "--user", "user2:456", url)
    assert "Subject: from outside" in letter
    assert "received" in letter.lower()
    run(judge("curl"), "-sS", "--user", "user2:wrong", url, ok=False)


def test_curl_sends(lab: ServedLab, judge: Judge) -> None:
    smtp = lab.address("Mail-Server:25")
    letter = "From: user2\r\nSubject: by curl\r\n\r\nhello\r\n"
    addresses = ["--mail-from", f"user2@{DOMAIN}", "--mail-rcpt", f"user1@{DOMAIN}"]
    run(judge("curl"), "-sS", f"smtp://{smtp}/here", *addresses, "--upload-file", "-", stdin=letter)
    mailbox = poplib.POP3(*lab.address("Mail-Server:110"), timeout=30)
    mailbox.user("user1")
    mailbox.pass_("123")
    assert b"Subject: by curl" in mailbox.retr(1)[1]
    mailbox.quit()


def test_smtplib_and_poplib(lab: ServedLab) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = f"user1@{DOMAIN}", f"user2@{DOMAIN}", "by smtplib"
    letter.set_content("First line\n.\nlast line\n")
    with smtplib.SMTP(*lab.address("Mail-Server:25"), timeout=30) as client:
        client.send_message(letter)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail(f"user1@{DOMAIN}", [f"nobody@{DOMAIN}"], "x")
    mailbox = poplib.POP3(*lab.address("Mail-Server:110"), timeout=30)
    mailbox.user("user2")
    mailbox.pass_("456")
    assert mailbox.stat()[0] == 1
    lines = mailbox.retr(1)[1]
    assert lines[-3:] == [b"First line", b".", b"last line"]
    mailbox.dele(1)
    mailbox.quit()


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig_asks(lab: ServedLab, judge: Judge, transport: str) -> None:
    addresses = lab.addresses
    place = addresses["publish DNS-Server:53" if transport == "+tcp" else "publish DNS-Server:53/udp"]
    said = run(judge("dig"), f"@{place.host}", "-p", str(place.port), transport, DOMAIN, "A")
    assert re.search(rf"{re.escape(DOMAIN)}\.\s+\d+\s+IN\s+A\s+192\.168\.1\.10", said)
    assert "status: NXDOMAIN" in run(
        judge("dig"), f"@{place.host}", "-p", str(place.port), transport, f"none.{DOMAIN}"
    )


def typed(words: list[str], steps: list[tuple[str, str]]) -> str:
    """Runs a program as a person does: waits for each text, then types a line; an empty one is the end."""
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        env=os.environ | {"TERM": "xterm"},
    )
    assert process.stdout is not None
    assert process.stdin is not None
    alarm = threading.Timer(60, process.kill)
    alarm.start()
    shown = b""
    begin = 0
    try:
        for wanted, line in steps:
            while wanted.encode() not in shown[begin:]:
                more = process.stdout.read(4096)
                assert more, (wanted, shown)
                shown += more
            begin = shown.index(wanted.encode(), begin) + len(wanted)
            if line:
                process.stdin.write(line.encode() + b"\n")
        return shown.decode("latin-1")
    finally:
        alarm.cancel()
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_the_telnet_of_linux_at_a_console_and_at_a_line(
    lab: ServedLab, automation: Automation, judge: Judge
) -> None:
    telnet = judge("telnet")
    console = lab.address("R1", "console")
    steps = [
        ("Escape character", " "),
        (">", "enable"),
        ("#", "show version"),
        ("--More--", "q"),
        ("Router#", ""),
    ]
    assert "Cisco IOS Software, 2800 Software" in typed([telnet, console.host, str(console.port)], steps)
    line = automation.vty()
    steps = [
        ("Username: ", line.user),
        ("Password: ", line.password),
        (f"{GUARDED}>", "show terminal | include Type"),
        ('Type: "XTERM"', " "),
        (f"{GUARDED}>", "exit"),
        ("closed by foreign host", ""),
    ]
    shown = typed([telnet, line.host, str(line.port)], steps)
    assert line.password not in shown
