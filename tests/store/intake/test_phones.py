"""Phone numbers as people write them."""

import random
import subprocess
import sys

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.intake.phones import candidate_zones, parse_phone, several
from store.vocabulary import PhoneKind, Reachability


@pytest.mark.parametrize(
    ("raw", "regions", "e164", "extension"),
    [
        ("416-810-9897x752", ["US"], "+14168109897", "752"),
        ("416-810-9897 ext. 7", ["US"], "+14168109897", "7"),
        ("416-810-9897 extension 7", ["US"], "+14168109897", "7"),
        ("416-810-9897 #7", ["US"], "+14168109897", "7"),
        ("tel:+1-201-555-0123;ext=5", ["HR"], "+12015550123", "5"),
        ("18653284534", ["US"], "+18653284534", ""),
        ("18653284534", ["HR"], "+18653284534", ""),
        ("(980) 494-7423", ["US"], "+19804947423", ""),
        ("980.494.7423", ["US"], "+19804947423", ""),
        ("+49 (0)30 901820", ["US"], "+4930901820", ""),
        ("030/901820", ["DE", "US"], "+4930901820", ""),
        ("01 4567 890", ["HR"], "+38514567890", ""),
        ("00385 1 4567 890", ["US"], "+38514567890", ""),
        ("06 12 34 56 78", ["FR", "US"], "+33612345678", ""),
        ("980 494 7423", ["FR", "US"], "+19804947423", ""),
        ("1-800-FLOWERS", ["US"], "+18003569377", ""),
        ("+38514567890", [], "+38514567890", ""),
        ("+385 1 4567 890", ["US"], "+38514567890", ""),
    ],
)
def test_a_number_is_understood(raw: str, regions: list[str], e164: str, extension: str) -> None:
    phone = parse_phone(raw, *regions)
    assert (phone.raw, phone.e164, phone.extension, phone.state) == (raw, e164, extension, Reachability.VALID)
    assert phone.digits == e164[1:]


def test_a_number_that_does_not_validate_keeps_its_text_and_extension() -> None:
    phone = parse_phone("(376)694-9481x10051", "US", kind=PhoneKind.MOBILE)
    assert (phone.raw, phone.e164, phone.digits) == ("(376)694-9481x10051", None, "3766949481")
    assert (phone.extension, phone.kind, phone.state) == ("10051", PhoneKind.MOBILE, Reachability.UNKNOWN)


@pytest.mark.parametrize("raw", ["", "n/a", "0", "00000000", "12", "+", "x752", "unknown", "()"])
def test_what_nobody_could_dial_has_no_digits(raw: str) -> None:
    assert parse_phone(raw, "US").digits == ""


def test_the_kind_is_the_callers_and_does_not_mix_up_the_cache() -> None:
    kinds = [PhoneKind.MOBILE, PhoneKind.OFFICE, PhoneKind.OTHER]
    assert [parse_phone("+14168109897", "US", kind=kind).kind for kind in kinds] == kinds


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("415-555-0100", ["415-555-0100"]),
        ("415-555-0100; 415-555-0101", ["415-555-0100", "415-555-0101"]),
        ("415-555-0100 / 415-555-0101\n415-555-0102", ["415-555-0100", "415-555-0101", "415-555-0102"]),
        ("+1-201-555-0123;ext=5", ["+1-201-555-0123;ext=5"]),
        ("030/901820", ["030/901820"]),
        ("  ", []),
    ],
)
def test_a_cell_may_hold_several_numbers(cell: str, numbers: list[str]) -> None:
    assert several(cell) == numbers


def test_zones_of_a_number() -> None:
    assert candidate_zones("+14168109897") == ("America/Toronto",)
    assert candidate_zones("+38514567890") == ("Europe/Zagreb",)
    assert len(candidate_zones("+18003569377")) > 10
    assert candidate_zones("+99900000000") == ()
    assert candidate_zones("nonsense") == ()


def _realish(random_: random.Random) -> str:
    digits = "".join(random_.choice("0123456789") for _ in range(random_.randint(0, 16)))
    parts = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    written = random_.choice(["", "+", "00", "(", "+(", "tel:", " ", "'"]) + random_.choice(
        [" ", "-", ".", "", "/", ")"]
    ).join(parts)
    return written + random_.choice(
        ["", "", "x12", " ext 4", ";ext=9", "#", " x", "ext", "٣", "\u200e", "👍", ",,4", "x" * 300]
    )


def test_two_thousand_strings_like_numbers_never_raise() -> None:
    seed = 20_240_818
    print(f"seed {seed}")  # noqa: T201
    random_ = random.Random(seed)
    for _ in range(2_000):
        raw = _realish(random_)
        phone = parse_phone(raw, random_.choice(["US", "HR", "DE", "GB", "IN"]))
        assert phone.raw == raw
        assert (phone.e164 is not None) == (phone.state is Reachability.VALID)
        if phone.e164:
            assert phonenumbers.is_valid_number(phonenumbers.parse(phone.e164))


@given(st.text(max_size=40))
def test_any_text_at_all_never_raises(raw: str) -> None:
    assert parse_phone(raw, "US").raw == raw


@pytest.mark.parametrize("region", ["US", "DE", "HR"])
def test_taking_marks_out_first_understands_the_same_as_the_library(region: str) -> None:
    random_ = random.Random(7)
    for _ in range(300):
        raw = "".join(random_.choice("0123456789 -.()") for _ in range(random_.randint(7, 15)))
        try:
            number = phonenumbers.parse(raw, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) and not raw.lstrip(" (").replace(" ", "").startswith("00"):
            assert parse_phone(raw, region).e164 == phonenumbers.format_number(
                number, phonenumbers.PhoneNumberFormat.E164
            )


def test_slow_libraries_stay_away_until_needed() -> None:
    code = (
        "import sys, store.intake.reading\n"
        "slow = ('phonenumbers', 'email_validator', 'nameparser', 'cleanco', 'dateparser', 'pendulum')\n"
        "late = [module for module in slow if module in sys.modules]\n"
        "from store.intake.phones import candidate_zones, parse_phone\n"
        "parse_phone('+14168109897'), candidate_zones('+14168109897')\n"
        "late += [m for m in sys.modules if 'geocoder' in m or 'geodata' in m]\n"
        "sys.exit(','.join(late) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
