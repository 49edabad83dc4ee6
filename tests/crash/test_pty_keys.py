"""Any keys in any order in a window of any size: the app stays up, answers, and leaves the database sound."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.crash.conftest import faults_in, wrong_in
from tests.probed import ProbedDriver

SIZES = [(120, 36), (80, 24), (200, 60), (40, 12), (20, 5), (1, 1)]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
KEYS: dict[str, list[str]] = {
    "letters": [*LETTERS, *LETTERS.upper()],
    "digits": [*"0123456789"],
    "marks": [*"/?:.,;[]+-=*!@#$%&()<>'\"\\|~^_` "],
    "moving": ["\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "j", "k"],
    "dialog": ["\r", "\r", "\x1b", "\x1b", "\t", "\x1b[Z", "\x7f", "\x13", "\x07"],
    # Not ctrl+q, which leaves.
    "control": [chr(number) for number in range(1, 27) if chr(number) != "\x11"],
    "function": ["\x1bOP", "\x1bOQ", "\x1b[15~", "\x1b[2~", "\x1b[3~", "\x1bb", "\x1b[1;5C", "\x1b[1;2A"],
    "words": ["tomorrow 3pm", "in 2h", "Acme [UK] Ltd", "+1 503 555 0142", "héllo 日本 👩\u200d💻", "dana@x.example"],
    "pastes": [f"\x1b[200~{text}\x1b[201~" for text in ("two\nlines", "[@click=app.quit]x[/]", "x" * 3000)],
    "mouse": [],
    "focus": ["\x1b[I", "\x1b[O"],
    "broken": ["\x1b[", "\x1b[999;999", "\x1b]", "\x1bP", "\x1b[<0;1;", "\xff\xfe"],
}  # fmt: skip
WEIGHTS = {"letters": 40, "digits": 4, "marks": 6, "moving": 14, "dialog": 20, "control": 5, "function": 2, "words": 3,
           "pastes": 1, "mouse": 4, "focus": 1, "broken": 0.2}  # fmt: skip
AT_ONCE = 25  # keys sent together before the app must answer


def some_key(rng: random.Random, size: tuple[int, int]) -> str:
    """A key, or what a terminal sends for a click, a paste, a change of focus."""
    kind = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    if kind == "mouse":
        button = rng.choice([0, 0, 0, 2, 35, 64, 65])  # left, right, moved, wheel
        at = f"{rng.randint(1, size[0])};{rng.randint(1, size[1])}"
        return f"\x1b[<{button};{at}M" + (f"\x1b[<{button};{at}m" if button < 3 else "")
    return rng.choice(KEYS[kind])


def play(database: Path, home: Path, seed: int, count: int) -> None:
    """Send ``count`` random things; raises AssertionError with the seed and the last of them."""
    rng = random.Random(seed)
    sent: list[str] = []
    done = 0
    size = SIZES[0]
    driver = ProbedDriver(database, size=size)
    try:
        driver.settle()
        while done < count:
            if done // (count // len(SIZES)) != SIZES.index(size) or rng.random() < 0.02:
                size = (
                    SIZES[min(done // (count // len(SIZES)), len(SIZES) - 1)]
                    if rng.random() < 0.7
                    else rng.choice(SIZES)
                )
                driver.resize(*size)
                sent.append(f"resize {size}")
            keys = [some_key(rng, size) for _ in range(rng.randint(1, AT_ONCE))]
            done += len(keys)
            sent += keys
            driver.send("".join(keys))
            try:
                driver.settle()
            except AssertionError:
                # What was left open (a paste, half a sequence) takes the key in; an end of it and another try.
                driver.send("\x1b[201~\x1b\\\x1b")
                if driver.ended:  # somebody chose to leave, in the palette
                    assert driver.wait_for_end() == 0
                    driver = ProbedDriver(database, size=size)
                driver.settle()
        driver.resize(120, 36)
        driver.press("\x1b\x1b\x1b\x1b\x1b\x1b1")
        driver.wait_for("At Bat")
        assert driver.leave() == 0
    except AssertionError as error:
        raise AssertionError(f"seed {seed}, after {done}: {sent[-60:]!r}\n{error}\n{faults_in(home)}") from error
    finally:
        driver.process.close(force=True)
    assert b"Traceback" not in driver.raw, f"seed {seed}"
    assert not faults_in(home), f"seed {seed}:\n{faults_in(home)}"
    assert not wrong_in(database), f"seed {seed}: {wrong_in(database)}"


@pytest.mark.usefixtures("quiet_programs")
@pytest.mark.parametrize("seed", range(4))
def test_random_keys(database: Path, home: Path, seed: int) -> None:
    play(database, home, seed, 500)


@pytest.mark.soak
@pytest.mark.usefixtures("quiet_programs")
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_random_keys_for_long(database: Path, home: Path, seed: int) -> None:
    play(database, home, seed, 5_000)
