"""What a server of the lab serves besides names, as it is saved: mail on or off, its domain and users."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import TYPE_CHECKING

from ios_emu.devices.host_dns import NameRecord
from ios_emu.devices.system_clock import EPOCH
from ios_emu.services.mail_server import MailServer

if TYPE_CHECKING:
    from ios_emu.devices.host import Host
    from ios_emu.services.record_journal import RecordJournal

DEFAULT_DOMAIN = "mail.lab"
_MICROSECOND = 1000


def mail_server(host: Host, domain: str, journal: RecordJournal | None, stored: bytes) -> MailServer:
    """The mail server of a host; its services are off."""
    return MailServer(
        host.node,
        domain,
        {},
        resolve=lambda name: host.resolver.resolve_mx(name),
        now=lambda: EPOCH + timedelta(microseconds=host.clock.now // _MICROSECOND),
        chance=random.Random(f"{host.name}/mail"),
        journal=journal,
        stored=stored,
    )


def services_record(host: Host) -> bytes:
    """The settings of all services, for `save`."""
    mail = host.mail_server
    settings = {
        "mail": {
            "domain": mail.store.domain,
            "smtp": mail.smtp,
            "pop3": mail.pop3,
            "auth": mail.offers_auth,
            "users": mail.store.users,
        },
        "dns": {
            "enabled": host.dns_service.enabled,
            "records": [list(record) for record in host.dns_service.records],
        },
    }
    return json.dumps(settings, indent=1).encode()


def load_services(host: Host, record: bytes) -> bool:
    """Takes over what was saved; False for what is no such record, and nothing is changed then."""
    try:
        settings = json.loads(record)
        mail, dns = settings["mail"], settings["dns"]
        domain, users = str(mail["domain"]), {str(user): str(word) for user, word in mail["users"].items()}
        records = [NameRecord(*map(str, one)) for one in dns["records"]]
        smtp, pop3, enabled = bool(mail["smtp"]), bool(mail["pop3"]), bool(dns["enabled"])
        auth = bool(mail["auth"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    server = host.mail_server
    server.store.domain, server.store.users = domain, users
    server.set_smtp(smtp)
    server.set_pop3(pop3)
    server.offers_auth = auth
    host.dns_service.load(records)
    host.dns_service.set(enabled)
    return True
