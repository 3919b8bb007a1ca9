"""The handlers of a host's prompt: the explicit list, as `HANDLERS` is the router's."""

from __future__ import annotations

from ios_emu.cli.commands import host, host_mail, host_names, host_service, nslookup, telnet
from ios_emu.cli.host_shell import HostHandler

HOST_HANDLERS: dict[str, HostHandler] = {
    "host_arp_delete": host.arp_delete,
    "host_arp_list": host.arp_list,
    "host_help": host.help_,
    "host_ipconfig": host.ipconfig,
    "host_ipconfig_dhcp": host.ipconfig_dhcp,
    "host_ipconfig_displaydns": host_names.ipconfig_displaydns,
    "host_ipconfig_flushdns": host_names.ipconfig_flushdns,
    "host_ipconfig_release": host.ipconfig_release,
    "host_ipconfig_renew": host.ipconfig_renew,
    "host_ipconfig_set": host.ipconfig_set,
    "host_dns_add": host_service.dns_add,
    "host_dns_delete": host_service.dns_delete,
    "host_dns_list": host_service.dns_list,
    "host_dns_off": host_service.dns_off,
    "host_dns_on": host_service.dns_on,
    "host_mail_configure": host_mail.mail_configure,
    "host_mail_delete": host_mail.mail_delete,
    "host_mail_domain": host_service.mail_domain,
    "host_mail_list": host_mail.mail_list,
    "host_mail_log": host_service.mail_log,
    "host_mail_queue": host_service.mail_queue,
    "host_mail_read": host_mail.mail_read,
    "host_mail_receive": host_mail.mail_receive,
    "host_mail_reply": host_mail.mail_reply,
    "host_mail_send": host_mail.mail_send,
    "host_mail_show": host_mail.mail_show,
    "host_mail_user_add": host_service.mail_user_add,
    "host_mail_user_delete": host_service.mail_user_delete,
    "host_mail_user_password": host_service.mail_user_password,
    "host_netstat": host.netstat,
    "host_nslookup": nslookup.nslookup,
    "host_ping": host.ping,
    "host_pop3_off": host_service.pop3_off,
    "host_pop3_on": host_service.pop3_on,
    "host_save": host_service.save,
    "host_service_list": host_service.service_list,
    "host_smtp_off": host_service.smtp_off,
    "host_smtp_on": host_service.smtp_on,
    "host_telnet": telnet.host_telnet,
    "host_tracert": host.tracert,
}
