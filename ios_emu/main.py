"""The command `ios-emu`: reads its arguments and calls what they ask for.

Read this first to find where a command of the shell leads. What a command needs is imported when it runs.
"""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ios_emu.edges.doors import KINDS, Doors
from ios_emu.errors import UsageError, UserError

if TYPE_CHECKING:
    from ios_emu.lab.topology import Lab

_BAD_ARGUMENTS = 2
DEFAULT_LAB = "lab5"


def _lab_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of the commands that run a lab for a person."""
    options = [
        click.argument("lab", default=DEFAULT_LAB),
        click.option("--quick", is_flag=True, help="No boot text, no setup dialogue, no 'Press RETURN'."),
        click.option(
            "--state", metavar="DIR", help="Where NVRAM is kept (default: your state folder, per lab)."
        ),
        click.option("--capture", metavar="FILE", help="Write all frames to a PCAPNG file."),
        click.option("--fresh", is_flag=True, help="Start without what was kept; it is moved aside."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _door_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """An option for each kind of door."""
    for kind in reversed(KINDS):
        option = click.option(
            f"--{kind.name}", kind.name, multiple=True, metavar=kind.metavar, help=kind.help
        )
        command = option(command)
    return command


@contextlib.contextmanager
def _unswept() -> Iterator[None]:
    """What is loaded at the start stays: nobody looks through it for garbage until the command says so."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _DefaultGroup(click.Group):
    """`ios-emu` without a command, or with options alone, is `ios-emu up`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = ("--help", "--version")
        if not args or (args[0].startswith("-") and args[0] not in own):
            args = ["up", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_DefaultGroup)
@click.version_option(package_name="ios-emu", prog_name="ios-emu", message="%(prog)s %(version)s")
def cli() -> None:
    """A Cisco 2811 in your terminal, and the small network around it.

    LAB is the name of a built-in lab (see 'ios-emu labs') or the path of a lab.toml.
    """


@cli.command()
@_lab_options
@_door_options
def up(
    lab: str, quick: bool, state: str | None, fresh: bool, capture: str | None, **asked: tuple[str, ...]
) -> None:
    """Run a lab and open the console of its first router. Ctrl-] leads to the lab prompt."""
    with _unswept():
        from ios_emu.edges.commands import up as run_up

        run_up(lab, Doors(asked, capture), quick=quick, state=state, fresh=fresh)


@cli.command()
@_lab_options
@_door_options
@click.option("--json", "as_json", is_flag=True, help="Say what listens where as JSON, for programs.")
def serve(
    lab: str,
    quick: bool,
    state: str | None,
    fresh: bool,
    capture: str | None,
    as_json: bool,
    **asked: tuple[str, ...],
) -> None:
    """Run a lab without a terminal until Ctrl-C or SIGTERM, and open its doors.

    Without any door every device has its console on a loopback port.
    """
    with _unswept():
        from ios_emu.edges.commands import serve as run_serve

        run_serve(lab, Doors(asked, capture), quick=quick, state=state, fresh=fresh, as_json=as_json)


@cli.command()
@click.argument("file", metavar="FILE")
@click.option("--lab", default=DEFAULT_LAB, help="The lab to record in.")
def record(file: str, lab: str) -> None:
    """Open a console and write the session down as the transcript FILE."""
    from ios_emu.edges.commands import record as run_record

    run_record(Path(file), lab)


@cli.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--update", is_flag=True, help="Rewrite the transcripts with what is printed now.")
def replay(paths: tuple[str, ...], update: bool) -> None:
    """Replay transcripts (files or folders); show each difference, and exit with 1 on any."""
    from ios_emu.lab.replay_command import replay_paths

    sys.exit(replay_paths([Path(path) for path in paths], update=update, show=click.echo))


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("lab")
@click.option("--capture", metavar="FILE", help="Write all frames to a PCAPNG file.")
@click.argument("commands", nargs=-1, type=click.UNPROCESSED, metavar='@DEVICE "COMMAND"...')
def run(lab: str, commands: tuple[str, ...], capture: str | None) -> None:
    """Type commands at the consoles of a fresh LAB and print what they show, as fast as possible."""
    from ios_emu.edges.commands import run as run_lab

    for text in run_lab(lab, commands, capture):
        click.echo(text, nl=False)


def _look_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of the commands that show what crossed the wire."""
    options = [
        click.argument("lab"),
        click.option("--after", metavar="FILE.transcript", help="Type this transcript in the lab before."),
        click.argument("commands", nargs=-1, type=click.UNPROCESSED, metavar='[@DEVICE "COMMAND"]...'),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _look(lab: str, after: str | None, commands: tuple[str, ...]) -> Lab:
    from ios_emu.lab.look import lab_after

    return lab_after(lab, Path(after) if after is not None else None, commands)


@cli.command(context_settings={"ignore_unknown_options": True})
@_look_options
@click.option(
    "--filter", "event_filter", default="", metavar="TEXT", help="Words such as smtp, PC1, port 25."
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def events(lab: str, after: str | None, commands: tuple[str, ...], event_filter: str, as_json: bool) -> None:
    """List what reached the devices of LAB, one row a frame, after what was typed there."""
    from ios_emu.lab.wire_commands import events_text

    click.echo(events_text(_look(lab, after, commands), event_filter, as_json), nl=False)


@cli.command(context_settings={"ignore_unknown_options": True})
@_look_options
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def ports(lab: str, after: str | None, commands: tuple[str, ...], as_json: bool) -> None:
    """Show which TCP and UDP ports the services of LAB used, after what was typed there."""
    from ios_emu.lab.wire_commands import ports_text

    click.echo(ports_text(_look(lab, after, commands), as_json), nl=False)


def _write_svg(text: str, path: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"--svg {path}", "can't be written", str(error.strerror), "name another file"
        ) from None


@cli.command(context_settings={"ignore_unknown_options": True})
@_look_options
@click.option("--filter", "event_filter", default="", metavar="TEXT", help="What to show (dns or tcp).")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option("--mermaid", is_flag=True, help="As Mermaid.")
@click.option("--svg", metavar="FILE", help="Draw it into a file.")
def sequence(
    lab: str,
    after: str | None,
    commands: tuple[str, ...],
    event_filter: str,
    as_json: bool,
    mermaid: bool,
    svg: str | None,
) -> None:
    """Show who said what to whom in LAB as a sequence diagram, after what was typed there."""
    from ios_emu.lab.wire_commands import sequence_of

    form = "svg" if svg is not None else "mermaid" if mermaid else "json" if as_json else "text"
    text = sequence_of(_look(lab, after, commands), event_filter, form)
    if svg is None:
        click.echo(text, nl=False)
    else:
        _write_svg(text, svg)


@cli.command(context_settings={"ignore_unknown_options": True})
@_look_options
@click.option("--mermaid", is_flag=True, help="As Mermaid.")
@click.option("--svg", metavar="FILE", help="Draw it into a file.")
def graph(lab: str, after: str | None, commands: tuple[str, ...], mermaid: bool, svg: str | None) -> None:
    """Show the devices of LAB with their addresses, and the cables between them."""
    from ios_emu.lab.wire_commands import picture_of

    form = "svg" if svg is not None else "mermaid" if mermaid else "text"
    text = picture_of(_look(lab, after, commands), form)
    if svg is None:
        click.echo(text, nl=False)
    else:
        _write_svg(text, svg)


@cli.command()
def labs() -> None:
    """List the built-in labs."""
    from ios_emu.lab.lab_file import built_in_labs, find_lab, read_lab_file

    for name in built_in_labs():
        click.echo(f"{name:<16}{read_lab_file(find_lab(name)).title}")


@cli.command()
@click.argument("lab")
def check(lab: str) -> None:
    """Validate a lab file: say what is wrong with it, or how many devices it has."""
    from ios_emu.lab.topology import Lab

    count = len(Lab(lab).devices)
    click.echo(f"{lab}: {count} device{'' if count == 1 else 's'}, no fault found")


def main() -> None:
    """Runs the command line; a bad argument or file is one line on standard error and exit status 2."""
    try:
        cli.main(prog_name="ios-emu", standalone_mode=False)
    except UserError as error:
        _fail(str(error))
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx is not None else "ios-emu"
        _fail(f"{command}: {error.format_message().rstrip('.')}: see '{command} --help'")
    except click.ClickException as error:
        _fail(f"ios-emu: {error.format_message()}")
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader of a pipe went away, as `head` does: what is left has nowhere to go.
        sys.stderr.close()
        sys.exit(0)


def _fail(message: str) -> None:
    one_line = " ".join(message.split())
    click.echo(f"ios-emu: {one_line.removeprefix('ios-emu: ')}", err=True)
    sys.exit(_BAD_ARGUMENTS)
