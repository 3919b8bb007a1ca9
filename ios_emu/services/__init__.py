"""The services: protocols over sockets, bytes in and bytes out. Read `dhcp_server.py` first."""
