import pytest

from helicone_otel.demo.answers import answer_to

SAID = "A report on research: did not get the password, extract, analyze, variation A."


@pytest.mark.parametrize(
    ("instruction", "phrase"),
    [
        ("Research the topic of quantum computing", "superposition"),
        ("Extract the key facts from this research:", "1. A register"),
        ("Analyze these facts:", "error correction"),
        ("Analyse these facts:", "error correction"),
        ("Create a report from this analysis:", "# Quantum computing"),
        ("How do I reset my password?", "Forgot password?"),
        ("I didn't receive the email.", "spam folder"),
        ("I didn’t get the email.", "spam folder"),  # noqa: RUF001 - people type it
        ("Write variation B of a tagline", "last sip"),
        ("Select the best of these taglines:", "B. It names"),
        ("Tell me a joke", "stand-in provider"),
    ],
)
def test_the_answer_fits_the_instruction(instruction: str, phrase: str) -> None:
    assert phrase in answer_to(instruction)


@pytest.mark.parametrize("instruction", ["Research this:", "Extract:", "Create a report from:"])
def test_text_after_the_instruction_has_no_say(instruction: str) -> None:
    assert answer_to(f"{instruction}\n\n{SAID}") == answer_to(instruction)


def test_three_variations_differ() -> None:
    assert len({answer_to(f"Write variation {letter}") for letter in "ABC"}) == 3
