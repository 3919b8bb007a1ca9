"""`privilege MODE level N COMMAND`: who may type what, where it is not as IOS has it from the box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

HIGHEST = 15

MODES: dict[str, tuple[str, ...]] = {
    "exec": ("exec",),
    "configure": ("config",),
    "interface": ("interface", "subinterface", "interface_vlan"),
    "line": ("line",),
    "dhcp": ("dhcp",),
    "vlan": ("vlan_config",),
}
"""The modes as `privilege` calls them, and the names of their start rules in the grammar."""

# Whoever got into a configuration mode may leave it, and say these words in front of what is allowed.
_FREE = ("no", "default", "do", "exit", "end", "help")


@dataclass(frozen=True, slots=True)
class Rule:
    """The level that a command needs; `whole` stands for all that begins with its words."""

    level: int
    whole: bool = False


@dataclass(slots=True)
class Privileges:
    """The rules, by mode (as `privilege` calls it) and the words of the command."""

    rules: dict[tuple[str, tuple[str, ...]], Rule] = field(default_factory=dict)

    def set(self, mode: str, words: tuple[str, ...], rule: Rule) -> None:
        """Adds a rule. The words that the command begins with get its level, as IOS gives it to them."""
        self.rules[mode, words] = rule
        for count in range(len(words) - 1, 0, -1):
            self.rules[mode, words[:count]] = Rule(rule.level)

    def reset(self, mode: str, words: tuple[str, ...]) -> None:
        """Removes the rule of a command, those of longer ones, and of beginnings that no other command needs.

        A longer one can't stay: it would bring this one's level back when the configuration is read again.
        """
        for where, other in list(self.rules):
            if where == mode and other[: len(words)] == words:
                del self.rules[where, other]
        for count in range(len(words) - 1, 0, -1):
            if not self._goes_deeper(mode, words[:count]):
                self.rules.pop((mode, words[:count]), None)

    def needed(self, mode: str, words: tuple[str, ...], default: int) -> int:
        """The level that `words`, typed in the mode of that start rule, need; `default` is IOS's own."""
        if words[0] == "do" and mode != "exec":
            if len(words) == 1:
                return 0
            mode, words = "exec", words[1:]
        name = next((name for name, starts in MODES.items() if mode in starts), mode)
        exact = self.rules.get((name, words))
        if exact is not None:
            return exact.level
        for count in range(len(words) - 1, 0, -1):
            rule = self.rules.get((name, words[:count]))
            if rule is not None and rule.whole:
                return rule.level
            if rule is not None and name != "exec":
                return HIGHEST if self._goes_deeper(name, words[:count]) else 0
        if name == "exec":
            return default
        return 0 if words[0] in _FREE else HIGHEST

    def _goes_deeper(self, mode: str, words: tuple[str, ...]) -> bool:
        """Is there a rule for a longer command that begins so?"""
        return any(
            where == mode and len(other) > len(words) and other[: len(words)] == words
            for where, other in self.rules
        )

    def configuration(self) -> Iterator[str]:
        """The lines of the running configuration: a beginning behind the commands that set its level, too."""
        ordered: dict[tuple[str, tuple[str, ...]], Rule] = {}
        for mode, words in self.rules:
            begun = [key for key in self.rules if key[0] == mode and key[1][: len(words)] == words]
            for key in sorted(begun, key=lambda key: -len(key[1])):
                ordered.setdefault(key, self.rules[key])
        for (mode, words), rule in ordered.items():
            whole = " all" if rule.whole else ""
            yield f"privilege {mode}{whole} level {rule.level} {' '.join(words)}"
