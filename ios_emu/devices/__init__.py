"""The devices of a lab: their state as dataclasses, and the running configuration as a view of it."""
