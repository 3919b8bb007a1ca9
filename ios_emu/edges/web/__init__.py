"""The lab as a web page: `--web HOST:PORT`. Read `door` first, then `room`, then `view`."""
