"""How often CDP tells, and for how long that is kept, unless it is set: in seconds."""

DEFAULT_TIMER = 60
DEFAULT_HOLDTIME = 180
