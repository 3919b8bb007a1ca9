"""The command line: a line of keys, the grammar that reads it, and the sessions that answer."""
