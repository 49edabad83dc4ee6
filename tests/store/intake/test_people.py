"""E-mail addresses, names, companies, countries."""

import email_validator
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import Refusal
from store.intake import people
from store.intake.companies import company_key, mail_domain, site_domain
from store.intake.countries import country_code, only_zone
from store.intake.people import parse_email, split_name


@pytest.mark.parametrize(
    ("raw", "address", "key"),
    [
        ("Ana@X.hr", "Ana@X.hr", "ana@x.hr"),
        (" ana+tag@x.hr ", "ana+tag@x.hr", "ana+tag@x.hr"),
        ("mailto:ana@x.hr", "ana@x.hr", "ana@x.hr"),
        ("ana@x.hr,", "ana@x.hr", "ana@x.hr"),
        ("Ana Novak <Ana@x.hr>", "Ana@x.hr", "ana@x.hr"),
        ("<ana@x.hr>", "ana@x.hr", "ana@x.hr"),
        ('"Novak, Ana" <ana@x.hr>', "ana@x.hr", "ana@x.hr"),
        ("ana@münchen.de", "ana@münchen.de", "ana@xn--mnchen-3ya.de"),
        ("o'brien@x.co.uk", "o'brien@x.co.uk", "o'brien@x.co.uk"),
        ("用户@例子.广告", "用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
    ],
)
def test_an_address_is_understood(raw: str, address: str, key: str) -> None:
    email = parse_email(raw, "work")
    assert (email.address, email.key, email.kind) == (address, key, "work")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "bad",
        "a@b",
        "a@localhost",
        "a@-x.com",
        "a..b@x.com",
        "a b@x.com",
        "@x.com",
        "a@x.c1",
        "x" * 250 + "@a.com",
        "a@b@c.com",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(raw: str) -> None:
    with pytest.raises(Refusal, match=r"write it like ana@example\.com") as refused:
        parse_email(raw)
    assert refused.value.field == "email"


LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
PLAIN = st.builds(
    lambda local, labels, last: f"{local}@{'.'.join(labels)}.{last}",
    st.text(alphabet="abcXYZ019_+'-.", min_size=1, max_size=30),
    st.lists(LABEL, min_size=1, max_size=4),
    st.text(alphabet="abcdXYZ", min_size=2, max_size=10),
)


@given(PLAIN.filter(lambda text: people._PLAIN.fullmatch(text) is not None))
def test_the_fast_way_takes_no_more_than_the_careful_one(text: str) -> None:
    strange = ("local", "invalid", "localhost", "onion", "arpa", "test")
    domain = text.rpartition("@")[2].lower()
    if domain.rpartition(".")[2] in strange or any(label[2:4] == "--" for label in domain.split(".")):
        return
    found = email_validator.validate_email(text, check_deliverability=False)
    assert parse_email(text).key == f"{found.local_part.casefold()}@{found.ascii_domain}"


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("a@b.com; c@d.com", ["a@b.com", "c@d.com"]),
        ("a@b.com,c@d.com\ne@f.com", ["a@b.com", "c@d.com", "e@f.com"]),
        ("Ana <a@b.com>, Bo <c@d.com>", ["<a@b.com>", "<c@d.com>"]),
        ("Ana Novak <a@b.com>", ["Ana Novak <a@b.com>"]),
        ("", []),
    ],
)
def test_a_cell_may_hold_several_addresses(cell: str, parts: list[str]) -> None:
    assert people.several(cell) == parts


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("Ana Novak", "Ana", "Novak"),
        ("Novak, Ana", "Ana", "Novak"),
        ("Dr. Juan Q. de la Vega III", "Juan Q.", "de la Vega III"),
        ("Mr Smith", "", "Smith"),
        ("Cher", "Cher", ""),
        ("Petra Babić", "Petra", "Babić"),
        (",", ",", ""),
        ("Dr.", "Dr.", ""),
    ],
)
def test_a_full_name_is_split(full: str, first: str, last: str) -> None:
    assert split_name(full) == (first, last)


@given(st.text(min_size=1, max_size=40))
def test_splitting_any_name_never_raises_or_loses_it(full: str) -> None:
    first, last = split_name(full)
    assert first or last or not full.strip()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ACME Inc.", "acme"),
        ("Acme, Inc", "acme"),
        ("Foo GmbH & Co. KG", "foo"),
        ("Plava d.o.o.", "plava"),
        ("Société Générale S.A.", "societe generale"),
        ("Wallace, Small & Sons Ltd", "wallace small and sons"),
        ("Wallace, Small and Sons", "wallace small and sons"),
        ("O'Brien", "obrien"),
        ("GmbH", "gmbh"),
        ("株式会社トヨタ", "株式会社トヨタ"),
        ("!!!", "!!!"),
        ("", ""),
    ],
)
def test_a_company_is_known_without_its_legal_form(name: str, key: str) -> None:
    assert company_key(name) == key


@given(st.text(max_size=40))
def test_any_company_name_has_a_key(name: str) -> None:
    assert company_key(name) or not name.strip()


@pytest.mark.parametrize(
    ("site", "domain"),
    [
        ("https://www.Wallace.com/about?x=1", "wallace.com"),
        ("foo.co.uk", "foo.co.uk"),
        ("http://foo.com:8080", "foo.com"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("https://www.linkedin.com/company/foo", ""),
        ("http://[bad", ""),
        ("foo", ""),
        ("192.168.1.1", ""),
        ("a..b.com", ""),
        ("http://\ud800.com", ""),
        ("", ""),
    ],
)
def test_a_site_names_a_domain(site: str, domain: str) -> None:
    assert site_domain(site) == domain


@given(st.text(max_size=40))
def test_any_site_at_all_never_raises(site: str) -> None:
    site_domain(site)


@pytest.mark.parametrize(
    ("key", "domain"), [("ana@acme.hr", "acme.hr"), ("ana@gmail.com", ""), ("ana@example.net", "")]
)
def test_free_mail_is_nobodys_company(key: str, domain: str) -> None:
    assert mail_domain(key) == domain


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United States", "US"),
        ("U.S.A.", "US"),
        ("us", "US"),
        ("UK", "GB"),
        ("Croatia", "HR"),
        ("Türkiye", "TR"),
        ("Réunion", "RE"),
        ("Saint Lucia", "LC"),
        ("Cote d'Ivoire", "CI"),
        ("Bosnia and Herzegovina", "BA"),
        ("Atlantis", None),
        ("ZZ", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_its_names(name: str, code: str | None) -> None:
    assert country_code(name) == code


def test_only_a_country_with_one_zone_tells_the_time() -> None:
    assert only_zone("HR") == "Europe/Zagreb"
    assert only_zone("US") is None
    assert only_zone("ZZ") is None
