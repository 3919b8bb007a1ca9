"""Real mail programs send to the mail server and read from it over a TAP, in a namespace of their own."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.judges.served import Served, need_taps

pytestmark = pytest.mark.judge

LAB = """\
links = ["R1:Fa0/0 -- SW1:Fa0/1", "MAIL -- SW1:Fa0/2"]
[devices.R1]
type = "2811"
[devices.SW1]
type = "switch"
[devices.MAIL]
type = "server"
address = "10.9.0.10/24"
mail = { domain = "univ-djelfa.com", users = { user1 = "123", user2 = "456" } }
"""
SERVER = "10.9.0.10"
SENDER, RECIPIENT = "user1@univ-djelfa.com", "user2@univ-djelfa.com"
MESSAGES, SESSIONS = 1000, 10
# What a mailbox has, one line each: size and the queue identifier of its Received field.
READ_ALL = f"""
    import poplib, re
    client = poplib.POP3("{SERVER}", timeout=60)
    client.user("user2")
    client.pass_("456")
    count, _ = client.stat()
    for number in range(1, count + 1):
        data = b"\\r\\n".join(client.retr(number)[1]).decode()
        print(len(data), *re.findall(r"(?:\\sid (?=[0-9A-F]{{11}};)|X-Number: )([0-9A-F.]+)", data))
    client.quit()
"""


class Mail:
    """The served lab, and programs that speak with its mail server."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.run = served.run

    def fails(self, *words: str) -> str:
        """What a program says that must not succeed."""
        done = subprocess.run(
            [*self.served.enter(), *words], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    def console(self, *lines: str) -> str:
        """Types lines at the server's prompt."""
        return self.served.python(f"""
            import socket
            console = socket.create_connection(("127.0.0.1", 2002), timeout=60)
            shown = b""
            for line in {["", *lines]!r}:
                before = shown.count(b">")
                console.sendall(line.encode() + b"\\r")
                while shown.count(b">") == before:
                    shown += console.recv(65536)
            print(shown.decode("latin-1").replace("\\r", ""))
            """)

    def mailbox(self) -> list[list[str]]:
        """What user2 has: for each message its size, its queue identifier, and its number if it has one."""
        return [line.split() for line in self.served.python(READ_ALL).splitlines()]


Start = Callable[..., Mail]


@pytest.fixture
def start(judge: Callable[[str], str], tmp_path: Path) -> Iterator[Start]:
    ip, made = judge("ip"), []
    need_taps()

    def serve(*programs: str, capture: bool = True) -> Mail:
        for program in programs:
            judge(program)
        options = ["--console", "127.0.0.1:2002=MAIL"]
        if capture:
            options += ["--capture", str(tmp_path / "wire.pcapng")]
        served = Served(tmp_path, ip, {"lab.toml": LAB}, ["tap0=SW1:Fa0/3"], {"tap0": "10.9.0.9/24"}, options)
        made.append(served)
        return Mail(served)

    yield serve
    for one in made:
        one.close()


def assert_nothing_malformed(mail: Mail, tshark: str) -> None:
    """Tshark reads the capture, finds SMTP and POP3 on their ports, and no fault."""
    mail.served.stop()
    read = [tshark, "-r", str(mail.served.capture), "-o", "tcp.check_checksum:TRUE"]
    faults = "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0"
    found = subprocess.run([*read, "-Y", faults], capture_output=True, text=True, check=True)
    assert found.stdout == ""
    for protocol in ("smtp", "pop"):
        seen = subprocess.run([*read, "-Y", protocol], capture_output=True, text=True, check=True)
        assert len(seen.stdout.splitlines()) >= 4


def test_smtplib_and_poplib(start: Start, judge: Callable[[str], str]) -> None:
    mail = start("tshark")
    said = mail.served.python(f"""
        import poplib, smtplib
        from email import message_from_bytes, policy
        from email.message import EmailMessage
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "{SENDER}", "{RECIPIENT}", "h\\xe9llo"
        message.set_content("one\\n.\\n..two\\nlast\\n")
        message.add_attachment(bytes(range(256)) * 2000, maintype="application", subtype="octet-stream")
        with smtplib.SMTP("{SERVER}", local_hostname="pc0", timeout=30) as client:
            assert client.send_message(message) == {{}}
            try:
                client.sendmail("{SENDER}", ["nobody@univ-djelfa.com"], "x")
            except smtplib.SMTPRecipientsRefused as refused:
                print(refused.recipients["nobody@univ-djelfa.com"][0])
            client.sendmail("", ["{RECIPIENT}"], b"8 bits: \\xe9\\r\\n", mail_options=["BODY=8BITMIME"])
        client = poplib.POP3("{SERVER}", timeout=30)
        print(sorted(client.capa()))
        client.apop("user2", "456")
        print(client.stat()[0], len(client.uidl()[1]))
        read = message_from_bytes(b"\\n".join(client.retr(1)[1]) + b"\\n", policy=policy.default)
        contents = [[part.get_content() for part in one.iter_parts()] for one in (read, message)]
        print(read["Subject"] == "h\\xe9llo", contents[0] == contents[1])
        print(client.retr(2)[1][-1], len(client.top(1, 0)[1]) < 20)
        client.dele(1)
        client.quit()
        client = poplib.POP3("{SERVER}", timeout=30)
        client.user("user2")
        client.pass_("456")
        print(client.stat()[0])
        client.quit()
        """)
    assert said.splitlines() == [
        "550",
        "['AUTH-RESP-CODE', 'CAPA', 'PIPELINING', 'RESP-CODES', 'SASL', 'TOP', 'UIDL', 'USER']",
        "2 2",
        "True True",
        r"b'8 bits: \xe9' True",
        "1",
    ]
    assert_nothing_malformed(mail, judge("tshark"))


def test_swaks_sends_and_is_refused(start: Start) -> None:
    mail = start("swaks")
    swaks = ["swaks", "--server", SERVER, "--helo", "pc0", "--from", SENDER]
    body = ["--header", "Subject: from swaks", "--body", "one\n.two\n"]
    said = mail.run(*swaks, "--to", RECIPIENT, *body)
    assert "<-  220 mail.univ-djelfa.com ESMTP" in said
    assert re.search(r"<-  250 2\.0\.0 Ok: queued as [0-9A-F]{11}\n", said)
    assert " -> QUIT\n<-  221 2.0.0 Bye" in said
    said = mail.run(*swaks, "--to", f"{RECIPIENT},{SENDER}", "--pipeline", *body)
    assert said.count("250 2.1.5 Ok") == 2
    assert "550 5.1.1" in mail.fails(*swaks, "--to", "nobody@univ-djelfa.com")
    assert "did not advertise authentication" in mail.fails(
        *swaks, "--to", RECIPIENT, "--auth", "PLAIN", "--au", "user1", "--ap", "123"
    )
    assert len(mail.mailbox()) == 2


def test_curl_sends_reads_and_deletes(start: Start) -> None:
    mail = start("curl")
    (mail.served.folder / "mail.txt").write_text("Subject: from curl\r\n\r\none\r\n.\r\n..two\r\n")
    upload = ["curl", "-sS", "--mail-from", SENDER, "--upload-file", str(mail.served.folder / "mail.txt")]
    mail.run(*upload, "--mail-rcpt", RECIPIENT, f"smtp://{SERVER}/pc0")
    assert "550" in mail.fails(*upload, "--mail-rcpt", "nobody@univ-djelfa.com", f"smtp://{SERVER}/pc0")
    box = f"pop3://user2:456@{SERVER}"
    read = mail.run("curl", "-sS", f"{box}/1")
    assert read.replace("\r\n", "\n").endswith("Subject: from curl\n\none\n.\n..two\n")
    assert mail.run("curl", "-sS", f"{box}/").split() == ["1", str(len(read.replace("\n", "\r\n")))]
    apop = ["curl", "-sS", "--login-options", "AUTH=+APOP", f"{box}/"]
    assert mail.run(*apop).startswith("1 ")
    assert "denied" in mail.fails("curl", "-sS", f"pop3://user2:wrong@{SERVER}/")
    mail.run("curl", "-sS", "--request", "DELE 1", "--head", f"{box}/")
    assert mail.run("curl", "-sS", f"{box}/").strip() == ""


def test_a_thousand_messages_in_ten_sessions(start: Start) -> None:
    """Stored before each 250, nothing lost, nothing twice."""
    mail = start("smtp-source", capture=False)
    source = ["-c", "-s", str(SESSIONS), "-m", str(MESSAGES), "-l", "1000", "-f", SENDER, "-t", RECIPIENT]
    said = mail.served.python(f"""
        import subprocess, time
        start = time.monotonic()
        subprocess.run(["smtp-source", *{source!r}, "{SERVER}:25"], check=True, capture_output=True)
        print(round({MESSAGES} / (time.monotonic() - start)))
        """)
    print(f"\n{said.strip()} mails a second, each on the disk")
    found = mail.mailbox()
    assert len(found) == MESSAGES
    assert len({identifier for _, identifier, *_ in found}) == MESSAGES


def test_services_go_off_and_on(start: Start) -> None:
    mail = start()
    probe = f"""
        import socket
        for port in (25, 110):
            try:
                print(socket.create_connection(("{SERVER}", port), timeout=10).recv(100)[:3])
            except ConnectionRefusedError:
                print("refused")
        """
    assert mail.served.python(probe).split() == ["b'220'", "b'+OK'"]
    held = subprocess.Popen(
        [*mail.served.enter(), "python3", "-c", f"""
import socket, sys
smtp, pop3 = socket.create_connection(("{SERVER}", 25)), socket.create_connection(("{SERVER}", 110))
print(smtp.recv(100)[:3], pop3.recv(100)[:3], flush=True)
print(smtp.recv(200)[:3], smtp.recv(200), pop3.recv(100), flush=True)
"""],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert held.stdout is not None
    assert held.stdout.readline() == "b'220' b'+OK'\n"
    mail.console("service smtp off", "service pop3 off")
    assert held.communicate(timeout=30)[0] == "b'421' b'' b''\n"
    assert mail.served.python(probe).split() == ["refused", "refused"]
    mail.console("service smtp on", "service pop3 on")
    assert mail.served.python(probe).split() == ["b'220'", "b'+OK'"]


@pytest.mark.kill
def test_what_was_acknowledged_outlives_the_death_of_the_server(start: Start) -> None:
    mail = start(capture=False)
    sender = subprocess.Popen(
        [*mail.served.enter(), "python3", "-c", f"""
import os, smtplib, threading
def send(thread):
    try:
        client = smtplib.SMTP("{SERVER}", local_hostname="pc0", timeout=5)
        for number in range(10_000):
            text = f"Subject: x\\nX-Number: {{thread}}.{{number}}\\n\\n" + "line\\n" * 50
            client.sendmail("{SENDER}", ["{RECIPIENT}"], text)
            os.write(1, f"{{thread}}.{{number}}\\n".encode())
    except OSError:
        pass
for thread in range(10):
    threading.Thread(target=send, args=(thread,)).start()
"""],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert sender.stdout is not None
    acknowledged = {sender.stdout.readline().strip() for _ in range(300)}
    mail.served.process.kill()
    mail.served.process.communicate()
    acknowledged |= set(sender.communicate(timeout=60)[0].split())
    mail.served.start()
    numbers = [found[-1] for found in mail.mailbox()]
    assert len(set(numbers)) == len(numbers)
    # Some may be there whose 250 did not arrive.
    assert set(numbers) >= acknowledged
    assert len(numbers) <= len(acknowledged) + SESSIONS
