"""From the config of an app to the target that answers for it."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from tiebreak.errors import AuthError, NotTrustedError, UsageError
from tiebreak.records import AppTarget, CommandTarget, Config, HttpTarget, PythonTarget
from tiebreak.redaction import Redactor
from tiebreak.targets.apps.checking import VARIABLE, slip_in, variables_in
from tiebreak.targets.apps.failures import AppFailures, AppPlace
from tiebreak.targets.apps.permit import Permit
from tiebreak.targets.base import AnswerTarget
from tiebreak.targets.limiter import LimiterPool
from tiebreak.targets.prices import cost_of
from tiebreak.targets.retries import RetryPolicy

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)
NAME = 60
"""Characters of a command in a message."""


def open_app(
    config: Config,
    target: AppTarget,
    *,
    permit: Permit | None,
    environ: Mapping[str, str],
    limiters: LimiterPool,
    now: Callable[[], datetime],
    proxy: str | None,
) -> AnswerTarget:
    """The target of an app. Nothing is called or started yet.

    Raises:
        UsageError: for a target that cannot be used as it is written.
        NotTrustedError: for code of a workspace that nobody allowed to run.
        AuthError: for a header whose variable is not set.
    """
    slip = slip_in(target)
    if slip is not None:
        raise UsageError(f"Config “{config.name}”, target.{slip.field}: {slip.message}", hint=slip.hint)
    policy = RetryPolicy(retries=config.retries)
    price = partial(cost_of, price=config.price, source="config")
    if isinstance(target, HttpTarget):
        from tiebreak.targets.apps.http_app import HttpAppTarget

        parts = urlsplit(target.url)
        named = variables_in(target.headers)
        return HttpAppTarget(
            target,
            headers=_headers(target, environ),
            deadlines=config.deadlines,
            policy=policy,
            limiter=limiters.of(f"{parts.scheme}://{parts.netloc}", named[0] if named else None),
            failures=AppFailures(_place_of_address(parts.netloc, parts.path, named), _redactor(environ, named), now),
            price=price,
            proxy=proxy,
        )
    if permit is None:
        raise NotTrustedError(f"The config “{config.name}” runs code of a workspace, and none is open.")
    permit.require(config)
    if isinstance(target, CommandTarget):
        from tiebreak.targets.apps.command import CommandAppTarget

        command = target.command if isinstance(target.command, str) else " ".join(target.command)
        return CommandAppTarget(
            target,
            folder=permit.folder,
            environ=environ,
            deadlines=config.deadlines,
            policy=policy,
            failures=AppFailures(_place_of_code(f"The command “{_short(command)}”"), _redactor(environ), now),
            price=price,
        )
    return _open_python(config, target, permit, environ, policy, now)


def _open_python(
    config: Config,
    target: PythonTarget,
    permit: Permit,
    environ: Mapping[str, str],
    policy: RetryPolicy,
    now: Callable[[], datetime],
) -> AnswerTarget:
    from tiebreak.targets.apps.python_app import PythonAppTarget

    return PythonAppTarget(
        target,
        folder=permit.folder,
        environ=environ,
        deadlines=config.deadlines,
        policy=policy,
        failures=AppFailures(_place_of_code(f"The function {_short(target.callable)}"), _redactor(environ), now),
        price=partial(cost_of, price=config.price, source="config"),
    )


def _headers(target: HttpTarget, environ: Mapping[str, str]) -> dict[str, str]:
    """The headers with the variables filled in.

    Raises:
        AuthError: for a variable that is not set, or holds what no header can.
    """
    for name in variables_in(target.headers):
        value = environ.get(name)
        if not value:
            hint = f"Set it before starting Tiebreak: export {name}=…"
            raise AuthError(f"The config sends {name} in a header, which is not set.", hint=hint)
        if not value.isprintable() or not value.isascii():
            raise AuthError(f"{name} holds a line end or another character that no header can.", hint="Set it anew.")
    return {
        name: VARIABLE.sub(lambda found: environ[found[1] or found[2]], value) for name, value in target.headers.items()
    }


def _place_of_address(host: str, path: str, named: list[str]) -> AppPlace:
    hint = "Check target.url: it is the full address that takes the request."
    key_hint = f"Check {' and '.join(named)}." if named else "Send a key in target.headers, as $NAME."
    return AppPlace(host=host, key_hint=key_hint, missing=f"has nothing at {path or '/'}", model_hint=hint)


def _place_of_code(name: str) -> AppPlace:
    return AppPlace(host=name)


def failures_of_code(name: str, environ: Mapping[str, str], now: Callable[[], datetime]) -> AppFailures:
    """For code of a workspace that answers nothing, such as a check; `name` begins a sentence."""
    return AppFailures(_place_of_code(_short(name)), _redactor(environ), now)


def _short(text: str) -> str:
    return text if len(text) <= NAME else f"{text[: NAME - 1]}…"


def _redactor(environ: Mapping[str, str], named: list[str] | None = None) -> Redactor:
    """Knows every variable that looks like a secret: a program sees them all, and may say any of them."""
    return Redactor.from_environ(environ, {*(named or ()), *(name for name in environ if _SECRET_NAME.search(name))})
