"""The filter's language: what each condition lets through, and what is refused with which sentence."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Refusal
from store.rules.filter_terms import LONGEST, fold
from store.rules.lead_filter import KEYS, Facts, parse
from tests.hostile import HOSTILE

DANA = Facts(
    words="dana ortiz\ncfo\nmoller & sohne gmbh\ndemo request\nwebsite\nspring\nconnected\nworking\nstep 3 of 8: call",
    digits="15035550142 442079460018",
    name="dana ortiz",
    title="cfo",
    company="moller & sohne gmbh",
    industry="logistics",
    country="de",
    source="website",
    campaign="spring",
    owner="priya",
    mine=True,
    why="step 3 of 8: call",
    motion="demo request",
    stage="connected",
    status="working",
    channel="call",
    score=82,
    value=50_000_000,
    size=1200,
    attempts=3,
    age=10,
    quiet=4,
)
UNKNOWN = Facts(words="nobody yet")


@pytest.mark.parametrize(
    ("text", "lets"),
    [
        ("", True),
        ("dana", True),
        ("DANA", True),
        ("an ort", True),
        ("dana webb", False),
        ("Möller", True),
        ("moller", True),
        ('"dana ortiz"', True),
        ('"ortiz dana"', False),
        ('"dana or', True),
        ("5550142", True),
        ("(503)", True),
        ("555 0142", True),
        ("555-0142", True),
        ("14", False),
        ("999", False),
        ("-dana", False),
        ("-webb", True),
        ("-", True),
        ("step", True),
        ("why:step", True),
        ("motion:demo", True),
        ("motion:request", True),
        ("motion:demo_request", True),
        ('motion:"demo request"', True),
        ("motion:event", False),
        ("-motion:event", True),
        ("stage:connected", True),
        ("STAGE:Con", True),
        ("stage=new", False),
        ("status:w", True),
        ("channel:call", True),
        ("channel:e-mail", False),
        ("country:DE", True),
        ("country:d", False),
        ("company:sohne", True),
        ('company:"& söhne"', True),
        ("name:dana title:cfo", True),
        ("industry:log", True),
        ("source:web campaign:spring", True),
        ("owner:any", True),
        ("owner:me", True),
        ("owner:pri", True),
        ("owner:ben", False),
        ("phone:503-555", True),
        ("score>50", True),
        ("score>82", False),
        ("score>=82", True),
        ("score<82", False),
        ("score<=82", True),
        ("score:82", True),
        ("score=81", False),
        ("size>1000", True),
        ("size>1k", True),
        ("size>1,199", True),
        ("value>49,999.99", True),
        ("value>50k", False),
        ("value>=$50,000", True),
        ("attempts>2 attempts<4", True),
        ("age>=10", True),
        ("quiet>4", False),
        ("motion:demo stage:connected score>50 size>1000 country:DE attempts>2 owner:any dana", True),
        ("14:30", False),
    ],
)
def test_what_a_filter_lets_through(text: str, lets: bool) -> None:
    assert parse(text)(DANA) is lets


@pytest.mark.parametrize(
    ("text", "lets"),
    [("size>0", False), ("size<10", False), ("-size>0", True), ("owner:me", True), ("quiet:0", True), ("dana", False)],
)
def test_what_is_not_known_is_not_guessed(text: str, lets: bool) -> None:
    assert parse(text)(UNKNOWN) is lets


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("foo:bar", "There is no “foo” to filter by: use name, title"),
        ("http://x.example", "There is no “http” to filter by"),
        ("motion:", "“motion:” needs a word, such as motion:demo."),
        ("motion>demo", "“motion:” needs a word, such as motion:demo."),
        ("stage:zzz", "No stage begins like “zzz”: there are new, accepted, "),
        ("score>", "“score” needs a number after the sign, such as score>50."),
        ("score>high", "“score” needs a number after the sign, such as score>50."),
        ("score>1.5", "“score” needs a number after the sign, such as score>50."),
        ("value>lots", "such as value>50k."),
        ("age>", "such as age>10 (days)."),
        ("country:germany", "“country:” needs the two letters of a country, such as country:DE for Germany."),
        ("phone:none", "“phone:” needs digits, such as phone:5550142."),
        ("x" * (LONGEST + 1), "A filter has at most 200 characters"),
    ],
)
def test_what_is_refused_says_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(text)
    assert sentence in refused.value.sentence
    assert refused.value.field == "filter"
    assert refused.value.sentence.endswith(".")


def test_every_key_has_a_refusal_that_shows_it() -> None:
    for key in KEYS:
        with pytest.raises(Refusal, match=f"“{key}"):
            parse(f"{key}:")


PIECES = st.one_of(
    st.text(max_size=20),
    st.sampled_from([*KEYS, *HOSTILE]),
    st.sampled_from(list(':<>="- \t\n')),
    st.sampled_from([">=", "<=", "1k", "50", "-", '"a b"']),
)


@given(text=st.lists(PIECES, max_size=8).map("".join))
def test_nothing_typed_raises_anything_but_a_refusal(text: str) -> None:
    with suppress(Refusal):
        passes = parse(text)
        assert passes(DANA) in (True, False)
        assert passes(UNKNOWN) in (True, False)


@given(text=st.lists(PIECES, max_size=8).map("".join))
def test_a_refusal_is_one_line_about_the_filter(text: str) -> None:
    refusal = refused(text)
    assert refusal is None or (refusal.field == "filter" and "\n" not in refusal.sentence)


def refused(text: str) -> Refusal | None:
    try:
        parse(text)
    except Refusal as refusal:
        return refusal
    return None


@given(word=st.text(st.characters(categories=["L"]), min_size=1, max_size=12))
def test_a_word_is_found_where_it_stands_and_its_opposite_is_not(word: str) -> None:
    facts = Facts(words=f"before {fold(word)} after")
    assert parse(word)(facts)
    assert not parse(f"-{word}")(facts)
    assert parse(word)(facts._replace(words="")) is False or not fold(word)
