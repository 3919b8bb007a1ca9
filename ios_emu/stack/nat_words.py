"""The kinds of pools and of dynamic mappings, as IOS names them."""

GENERIC = "generic"
ROTARY = "rotary"
MATCH_HOST = "match-host"

INSIDE_SOURCE = "inside source"
INSIDE_DESTINATION = "inside destination"
OUTSIDE_SOURCE = "outside source"
