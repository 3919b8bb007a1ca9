"""The lab: devices, cables and time put together. Read `topology.py` first."""
