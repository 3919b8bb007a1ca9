"""The lab as a web page: `--web HOST:PORT`. Read `door`, then `room`, then `view`."""
