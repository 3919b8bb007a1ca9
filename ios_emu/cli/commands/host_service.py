"""The services of a server at its prompt: `service` and `save`."""

from __future__ import annotations

from ios_emu.cli.dialogue import Dialogue
from ios_emu.clock import SECOND, Signal
from ios_emu.devices.host import Host
from ios_emu.devices.host_dns import NameRecord
from ios_emu.errors import CommandRefused
from ios_emu.services.mail_address import read_address

_ONLY_SERVERS = "Only a server has services: this is a PC."
_PORTS = {"smtp": "TCP port 25", "pop3": "TCP port 110", "dns": "UDP and TCP port 53"}


def _server(host: Host) -> Host:
    if host.kind != "server":
        raise CommandRefused(_ONLY_SERVERS)
    return host


def service_list(host: Host) -> str:
    """`service list`: what is on, and what it has."""
    mail, dns = _server(host).mail_server, host.dns_service
    states = [(name, "on" if on else "off", _PORTS[name]) for name, on in _states(host)]
    rows = [("Service", "State", "Port"), *states]
    table = "".join(f"{name:<10}{state:<8}{port}\n" for name, state, port in rows)
    users = ", ".join(mail.store.users) or "none"
    return (
        f"{table}\nMail domain: {mail.store.domain}\n"
        f"SMTP AUTH: {'on' if mail.offers_auth else 'off'}\nMail users: {users}\n"
        f"Mail queue: {len(mail.queue)}\nDNS records: {len(dns.records)}\n"
    )


def _states(host: Host) -> list[tuple[str, bool]]:
    mail = host.mail_server
    return [("smtp", mail.smtp), ("pop3", mail.pop3), ("dns", host.dns_service.enabled)]


def smtp_on(host: Host) -> str:
    """`service smtp on`."""
    _server(host)
    host.mail_server.set_smtp(True)
    return _state(host, "smtp")


def smtp_off(host: Host) -> str:
    """`service smtp off`."""
    _server(host)
    host.mail_server.set_smtp(False)
    return _state(host, "smtp")


def pop3_on(host: Host) -> str:
    """`service pop3 on`."""
    _server(host)
    host.mail_server.set_pop3(True)
    return _state(host, "pop3")


def pop3_off(host: Host) -> str:
    """`service pop3 off`."""
    _server(host)
    host.mail_server.set_pop3(False)
    return _state(host, "pop3")


def dns_on(host: Host) -> str:
    """`service dns on`."""
    _server(host)
    host.dns_service.set(True)
    return _state(host, "dns")


def dns_off(host: Host) -> str:
    """`service dns off`."""
    _server(host)
    host.dns_service.set(False)
    return _state(host, "dns")


def _state(host: Host, name: str) -> str:
    on = dict(_states(host))[name]
    return f"{name.upper()} is {'on' if on else 'off'}: {_PORTS[name]}.\n"


def mail_auth_on(host: Host) -> str:
    """`service mail auth on`: SMTP offers AUTH; who has logged in may send to other domains from anywhere."""
    _server(host).mail_server.offers_auth = True
    return ""


def mail_auth_off(host: Host) -> str:
    """`service mail auth off`."""
    _server(host).mail_server.offers_auth = False
    return ""


def mail_domain(host: Host, mail_domain_name: str) -> str:
    """`service mail domain NAME`."""
    server = _server(host).mail_server
    if read_address(f"postmaster@{mail_domain_name}") is None:
        raise CommandRefused(f"{mail_domain_name} is not a domain name.")
    server.store.domain = mail_domain_name.lower()
    return ""


def mail_user_add(host: Host, service_user: str, service_password: str) -> str:
    """`service mail user add NAME PASSWORD`."""
    users = _server(host).mail_server.store.users
    if read_address(service_user) is None or "@" in service_user:
        raise CommandRefused(f"{service_user} is not a user name: it is what stands before the @.")
    if service_user.lower() in map(str.lower, users):
        raise CommandRefused(f"There is a user {service_user} already.")
    users[service_user] = service_password
    return ""


def mail_user_delete(host: Host, service_user: str) -> str:
    """`service mail user delete NAME`."""
    _user(host, service_user)
    host.mail_server.store.remove_user(service_user)
    return ""


def mail_user_password(host: Host, service_user: str, service_password: str) -> str:
    """`service mail user password NAME PASSWORD`."""
    _user(host, service_user)
    host.mail_server.store.users[service_user] = service_password
    return ""


def _user(host: Host, user: str) -> None:
    if user not in _server(host).mail_server.store.users:
        raise CommandRefused(f"There is no user {user}.")


def mail_queue(host: Host) -> str:
    """`service mail queue`: what waits to be delivered to other domains."""
    queue = _server(host).mail_server.queue
    if not len(queue):
        return "The mail queue is empty.\n"
    text = ""
    for mail in queue:
        age = (host.clock.now - mail.arrived) // SECOND
        text += f"{mail.queue_id}  {len(mail.data):>8} bytes  {age:>7} s  {mail.sender or 'MAILER-DAEMON'}\n"
        text += f"    ({mail.why})\n" if mail.why else ""
        text += "".join(f"    {recipient}\n" for recipient in mail.recipients)
    return text


def mail_log(host: Host) -> str:
    """`service mail log`: what the services did."""
    return "".join(f"{line}\n" for line in _server(host).mail_server.log) or "The log is empty.\n"


def dns_add(host: Host, record_name: str, record_type: str, record_value: str) -> str:
    """`service dns add NAME TYPE VALUE`."""
    record = NameRecord(record_name.rstrip(".").lower(), record_type.upper(), record_value.strip())
    try:
        added = _server(host).dns_service.add(record)
    except ValueError as error:
        raise CommandRefused(f"{str(error).rstrip('.')}.") from None
    return "" if added else "That record is there already.\n"


def dns_delete(
    host: Host, record_name: str, record_type: str | None = None, record_value: str | None = None
) -> str:
    """`service dns delete NAME [TYPE [VALUE]]`."""
    value = None if record_value is None else record_value.strip()
    deleted = _server(host).dns_service.delete(record_name.rstrip("."), record_type, value)
    return "" if deleted else "There is no such record.\n"


def dns_list(host: Host) -> str:
    """`service dns list`."""
    rows = [f"{name:<32}{kind:<8}{value}\n" for name, kind, value in _server(host).dns_service.records]
    return "".join(rows) or "There are no records.\n"


def dns_log(host: Host) -> str:
    """`service dns log`: what the name server was asked, and what it said."""
    lines = _server(host).dns_service.log.lines()
    return "".join(f"{line}\n" for line in lines) or "The log is empty.\n"


def save(host: Host) -> Dialogue:
    """`save`: the services are there again, as they are now, when the lab is started the next time."""
    from ios_emu.devices.host_services import services_record

    server = _server(host)
    stored = Signal()
    server.journal.write(server.services_record, services_record(server), stored.fire)
    problem: str | None = yield stored
    return f"The services can't be saved: {problem}\n" if problem else "The services are saved.\n"
