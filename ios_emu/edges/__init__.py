"""The edges: the only code that touches sockets, terminals, files of state and the wall clock."""
