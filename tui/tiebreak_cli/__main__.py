"""The console script: an expected error becomes one clear message and a documented exit code."""

import os
import sys

from tiebreak.errors import TiebreakError
from tiebreak_cli.exits import INTERRUPTED, exit_code


def main() -> None:
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
    except BrokenPipeError:
        # Whoever read our output has enough; Python must not complain again while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
