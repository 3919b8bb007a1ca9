"""The wire: bytes to typed headers and back. Pure functions."""
