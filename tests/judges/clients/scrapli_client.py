"""Connects with the Scrapli of today, configures, shows, and prints what came of it."""

from __future__ import annotations

import json
import sys

from scrapli import (
    AuthOptions,
    Cli,
    LookupKeyValue,
    TransportBinOptions,
    TransportSsh2Options,
    TransportTelnetOptions,
)

TRANSPORTS = {"bin": TransportBinOptions, "ssh2": TransportSsh2Options, "telnet": TransportTelnetOptions}


def main() -> None:
    """One connection, as standard input asks for it."""
    request = json.load(sys.stdin)
    auth = AuthOptions(
        username=request["auth_username"],
        password=request["auth_password"],
        lookups=[LookupKeyValue(key="enable", value=request["auth_secondary"])],
        bypass_in_session_auth=request["auth_bypass"],
    )
    with Cli(
        request["host"],
        port=request["port"],
        definition_file_or_name="cisco_iosxe",
        auth_options=auth,
        transport_options=TRANSPORTS[request["transport"]](),
    ) as cli:
        prompt = cli.get_prompt().result
        configured = cli.send_inputs(request["lines"], requested_mode="configuration")
        shown = [cli.send_input(one) for one in request["commands"]]
        answers = [{"result": one.result, "failed": one.failed} for one in shown]
    print(json.dumps({"prompt": prompt, "configured": not configured.failed, "shown": answers}))


if __name__ == "__main__":
    main()
