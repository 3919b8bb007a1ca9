"""The boot and `show version`, whole and to the letter, in both dialects."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ios_emu.cli.platform_text import RESTART_LINES, boot_text, reloaded_at, show_version, uptime_text
from ios_emu.devices.dialect import Dialect
from ios_emu.devices.platform import platform_for

CRYPTO = """\
This product contains cryptographic features and is subject to United
States and local country laws governing import, export, transfer and
use. Delivery of Cisco cryptographic products does not imply
third-party authority to import, export, distribute or use encryption.
Importers, exporters, distributors and users are responsible for
compliance with U.S. and local country laws. By using this product you
agree to comply with applicable laws and regulations. If you are unable
to comply with U.S. and local laws, return this product immediately.

A summary of U.S. laws governing Cisco cryptographic products may be found at:
http://www.cisco.com/wwl/export/crypto/tool/stqrg.html

If you require further assistance please contact us by sending email to
export@cisco.com.
"""

RESTRICTED_RIGHTS = """\
              Restricted Rights Legend

Use, duplication, or disclosure by the Government is
subject to restrictions as set forth in subparagraph
(c) of the Commercial Computer Software - Restricted
Rights clause at FAR sec. 52.227-19 and subparagraph
(c) (1) (ii) of the Rights in Technical Data and Computer
Software clause at DFARS sec. 252.227-7013.

           cisco Systems, Inc.
           170 West Tasman Drive
           San Jose, California 95134-1706
"""

IOS_BOOT = f"""\
System Bootstrap, Version 12.4(13r)T, RELEASE SOFTWARE (fc1)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 2006 by cisco Systems, Inc.

Initializing memory for ECC
..
c2811 platform with 262144 Kbytes of main memory
Main memory is configured to 64 bit mode with ECC enabled


Readonly ROMMON initialized
program load complete, entry point: 0x8000f000, size: 0xcb80
program load complete, entry point: 0x8000f000, size: 0xcb80

program load complete, entry point: 0x8000f000, size: 0x3093f40
Self decompressing the image : {"#" * 150} [OK]

Smart Init is enabled
smart init is sizing iomem
                 TYPE      MEMORY_REQ
    Onboard devices &
         buffer pools      0x009D7000
-----------------------------------------------
               TOTAL:      0x009D7000

Rounded IOMEM up to: 10MB.
Using 3 percent iomem. [10MB/256MB]

{RESTRICTED_RIGHTS}


Cisco IOS Software, 2800 Software (C2800NM-ADVIPSERVICESK9-M), Version 12.4(15)T1, RELEASE SOFTWARE (fc2)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2007 by Cisco Systems, Inc.
Compiled Wed 18-Jul-07 06:21 by prod_rel_team


{CRYPTO}
Cisco 2811 (revision 53.51) with 251904K/10240K bytes of memory.
Processor board ID FTX1442L99W
2 FastEthernet interfaces
DRAM configuration is 64 bits wide with parity enabled.
239K bytes of non-volatile configuration memory.
62720K bytes of ATA CompactFlash (Read/Write)
"""

PACKET_TRACER_BOOT = f"""\
System Bootstrap, Version 12.1(3r)T2, RELEASE SOFTWARE (fc1)
Copyright (c) 2000 by cisco Systems, Inc.
Initializing memory for ECC
..
cisco 2811 (MPC860) processor with 524288 Kbytes of main memory
Main memory is configured to 64 bit mode with ECC enabled

Readonly ROMMON initialized

Self decompressing the image :
{"#" * 74} [OK]

{RESTRICTED_RIGHTS}


Cisco IOS Software, 2800 Software (C2800NM-ADVIPSERVICESK9-M), Version 12.4(15)T1, RELEASE SOFTWARE (fc2)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2007 by Cisco Systems, Inc.
Compiled Wed 18-Jul-07 06:21 by pt_rel_team

{CRYPTO}
cisco 2811 (MPC860) processor (revision 0x200) with 60416K/5120K bytes of memory
Processor board ID JAD1442L99W (4019222236)
M860 processor: part number 0, mask 49
2 FastEthernet/IEEE 802.3 interface(s)
239K bytes of NVRAM.
62720K bytes of processor board System flash (Read/Write)
"""

IOS_VERSION = f"""\
Cisco IOS Software, 2800 Software (C2800NM-ADVIPSERVICESK9-M), Version 12.4(15)T1, RELEASE SOFTWARE (fc2)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2007 by Cisco Systems, Inc.
Compiled Wed 18-Jul-07 06:21 by prod_rel_team

ROM: System Bootstrap, Version 12.4(13r)T, RELEASE SOFTWARE (fc1)

Branch uptime is 2 minutes
System returned to ROM by power-on
System image file is "flash:c2800nm-advipservicesk9-mz.124-15.T1.bin"


{CRYPTO}
Cisco 2811 (revision 53.51) with 251904K/10240K bytes of memory.
Processor board ID FTX1442L99W
2 FastEthernet interfaces
DRAM configuration is 64 bits wide with parity enabled.
239K bytes of non-volatile configuration memory.
62720K bytes of ATA CompactFlash (Read/Write)

Configuration register is 0x2102

"""

PACKET_TRACER_VERSION = f"""\
Cisco IOS Software, 2800 Software (C2800NM-ADVIPSERVICESK9-M), Version 12.4(15)T1, RELEASE SOFTWARE (fc2)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2007 by Cisco Systems, Inc.
Compiled Wed 18-Jul-07 06:21 by pt_rel_team

ROM: System Bootstrap, Version 12.1(3r)T2, RELEASE SOFTWARE (fc1)
Copyright (c) 2000 by cisco Systems, Inc.

System returned to ROM by power-on
System image file is "c2800nm-advipservicesk9-mz.124-15.T1.bin"


{CRYPTO}
cisco 2811 (MPC860) processor (revision 0x200) with 60416K/5120K bytes of memory
Processor board ID JAD1442L99W (4019222236)
M860 processor: part number 0, mask 49
2 FastEthernet/IEEE 802.3 interface(s)
239K bytes of NVRAM.
62720K bytes of processor board System flash (Read/Write)

Configuration register is 0x2102

"""


@pytest.mark.parametrize(
    ("dialect", "text"), [(Dialect.IOS, IOS_BOOT), (Dialect.PACKET_TRACER, PACKET_TRACER_BOOT)]
)
def test_boot(dialect: Dialect, text: str) -> None:
    assert boot_text(platform_for("R1"), dialect) == text


@pytest.mark.parametrize(
    ("dialect", "text"), [(Dialect.IOS, IOS_VERSION), (Dialect.PACKET_TRACER, PACKET_TRACER_VERSION)]
)
def test_show_version(dialect: Dialect, text: str) -> None:
    shown = show_version(platform_for("R1"), dialect, "Branch", timedelta(seconds=125), "power-on")
    assert shown == text


@pytest.mark.parametrize("dialect", Dialect)
def test_show_version_after_a_reload(dialect: Dialect) -> None:
    reason = reloaded_at(datetime(2002, 3, 1, 4, 5, 6, tzinfo=UTC))
    shown = show_version(platform_for("R1"), dialect, "R1", timedelta(hours=1), reason)
    assert "\nSystem returned to ROM by reload at 04:05:06 UTC Fri Mar 1 2002\n" in shown


@pytest.mark.parametrize(
    ("uptime", "text"),
    [
        ({}, "0 minutes"),
        ({"seconds": 59.999}, "0 minutes"),
        ({"seconds": 60}, "1 minute"),
        ({"minutes": 2}, "2 minutes"),
        ({"hours": 1}, "1 hour, 0 minutes"),
        ({"hours": 23, "minutes": 59, "seconds": 59}, "23 hours, 59 minutes"),
        ({"days": 1}, "1 day, 0 minutes"),
        ({"weeks": 12, "hours": 2, "minutes": 26}, "12 weeks, 2 hours, 26 minutes"),
        ({"days": 365 + 17, "hours": 4, "minutes": 5}, "1 year, 2 weeks, 3 days, 4 hours, 5 minutes"),
        ({"days": 730, "minutes": 1}, "2 years, 1 minute"),
    ],
)
def test_uptime(uptime: dict[str, float], text: str) -> None:
    assert uptime_text(timedelta(**uptime)) == text


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=36500)))
def test_uptime_loses_nothing_but_the_seconds(uptime: timedelta) -> None:
    minutes = {"year": 365 * 24 * 60, "week": 7 * 24 * 60, "day": 24 * 60, "hour": 60, "minute": 1}
    parts = [part.split() for part in uptime_text(uptime).split(", ")]
    assert all((unit in minutes) == (count == "1") for count, unit in parts)
    assert sum(int(count) * minutes[unit.rstrip("s")] for count, unit in parts) == uptime // timedelta(
        minutes=1
    )


def test_restart_lines_are_the_banner() -> None:
    assert RESTART_LINES == (
        "Cisco IOS Software, 2800 Software (C2800NM-ADVIPSERVICESK9-M), Version 12.4(15)T1, "
        "RELEASE SOFTWARE (fc2)",
        "Technical Support: http://www.cisco.com/techsupport",
        "Copyright (c) 1986-2007 by Cisco Systems, Inc.",
        "Compiled Wed 18-Jul-07 06:21 by prod_rel_team",
    )
