"""The console script: an expected error becomes one clear message and a documented exit code."""

import sys
from io import TextIOWrapper

from tiebreak.errors import TiebreakError
from tiebreak_cli.exits import INTERRUPTED, exit_code


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that is not UTF-8 shows a question mark where it lacks the character.
            stream.reconfigure(errors="replace")
    try:
        if len(sys.argv) == 1:
            # The plain command skips the argument parser: the first frame is what people wait for.
            from tiebreak_cli.start import open_app

            open_app()
        else:
            from tiebreak_cli.commands import app

            app()
    except TiebreakError as error:
        from tiebreak_cli.output import complain

        complain(error)
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
