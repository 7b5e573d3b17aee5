"""Finds data of persons in a text: by form, and where numbers carry a check digit, by that."""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![ -]?\d)")
IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
US_SSN = re.compile(r"(?<![\d-])\d{3}([- ])\d{2}\1\d{4}(?![\d-])")
IP = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?![\w:]|\.\d)")


def plain(text: str) -> str:
    """What is the same however it is written: letters and digits alone, in lower case; an address as it stands."""
    return text.casefold() if "@" in text else "".join(c for c in text.casefold() if c.isalnum())


def emails(text: str, _regions: tuple[str, ...]) -> Iterator[str]:
    yield from EMAIL.findall(text)


def phones(text: str, regions: tuple[str, ...]) -> Iterator[str]:
    from phonenumbers import Leniency, PhoneNumberMatcher

    told: set[str] = set()
    # Numbers are held to be possible, not to be given out: a made-up one in an answer is a leak that went wrong.
    for region in (None, *regions):
        if region is None and "+" not in text and "\uff0b" not in text:
            continue  # without a country's own rules only what begins with a plus is a number
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE):
            said = match.raw_string
            if said not in told and (region is None or _like_a_phone(said)):
                told.add(said)
                yield said


def _like_a_phone(said: str) -> bool:
    """Any ten digits are possible; those written in one go are rather the number of an order."""
    return not said.strip().isdigit()


def cards(text: str, _regions: tuple[str, ...]) -> Iterator[str]:
    from stdnum import luhn

    for found in CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if luhn.is_valid(digits) and digits[0] in "23456" and len(set(digits)) > 1:
            yield found.group()


def ibans(text: str, _regions: tuple[str, ...]) -> Iterator[str]:
    from stdnum import iban

    for found in IBAN.finditer(text):
        said = found.group()
        # Words in capitals behind it may have been taken along.
        while said and not iban.is_valid(said):
            said = said.rpartition(" ")[0]
        if said:
            yield said


def us_ssns(text: str, _regions: tuple[str, ...]) -> Iterator[str]:
    from stdnum.us import ssn

    for found in US_SSN.finditer(text):
        if ssn.is_valid(found.group().replace(" ", "-")):
            yield found.group()


def ips(text: str, _regions: tuple[str, ...]) -> Iterator[str]:
    """Addresses of machines on the network at large; those of the machine itself and of examples tell nothing."""
    for found in IP.finditer(text):
        try:
            address = ipaddress.ip_address(found.group())
        except ValueError:
            continue
        if not (address.is_loopback or address.is_unspecified):
            yield found.group()


Find = Callable[[str, tuple[str, ...]], Iterator[str]]
FINDERS: Mapping[str, Find] = {
    "email": emails,
    "phone": phones,
    "card": cards,
    "iban": ibans,
    "us_ssn": us_ssns,
    "ip": ips,
}
