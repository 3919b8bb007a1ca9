"""The stack: what a node does with frames. Read `routing.py` first."""
