"""The stand-in provider's canned answers, chosen by what a prompt asks for."""

import re
from collections.abc import Iterator

_RESEARCH = """\
Quantum computers hold information in qubits, which can be in a superposition of zero and one. \
Entangled qubits act as one system, so a gate on a register of n qubits touches 2^n amplitudes at \
once; interference then makes wrong answers cancel and right ones add up. The two best known \
algorithms are Shor's, which factors integers in polynomial time, and Grover's, which searches an \
unsorted list in about the square root of its length. Today's machines have some hundreds to a \
thousand physical qubits with error rates near one in a thousand per two-qubit gate. Useful \
factoring needs error correction, at a price of hundreds of physical qubits for each logical one. \
Chemistry and materials simulation are expected to profit first."""

_FACTS = """\
1. A register of n qubits is described by 2^n amplitudes.
2. Interference, not parallel trial, is what makes quantum algorithms fast.
3. Shor's algorithm factors in polynomial time; Grover's gives a quadratic speed-up for search.
4. Two-qubit gates fail about once in a thousand operations today.
5. One logical qubit costs hundreds of physical ones.
6. Simulating molecules is the likeliest first use."""

_ANALYSIS = """\
The limit is error correction, not the number of qubits: facts 4 and 5 together put a useful \
factoring machine at around a million physical qubits, three orders of magnitude from here. \
Simulation (fact 6) needs shallower circuits and so comes first. For planning this means two \
separate clocks: move to post-quantum cryptography now, because recorded traffic can be read \
later, and treat quantum chemistry as an experiment with partners rather than a product."""

_REPORT = """\
# Quantum computing: where it stands

**Summary.** The physics works and the engineering is under way. Error correction decides the pace.

**What is known.** Qubits in superposition, entanglement and interference give proven speed-ups \
for factoring, search and simulation. Hardware has reached about a thousand noisy physical qubits.

**What it means.** Breaking RSA needs roughly a thousand times more. Simulating molecules needs \
less, and will be of use sooner.

**What to do.** Start the move to post-quantum cryptography this year. Follow logical error rates, \
not qubit counts. Keep one small simulation project to stay able to judge the field."""

_RESET = """\
Open the sign-in page and choose "Forgot password?". Enter the address of your account and we will \
send you a link that works for 30 minutes. Follow it and pick a new password of at least twelve \
characters."""

_NO_EMAIL = """\
Sorry about that. Please look in the spam folder first, and check that you used the address of \
your account. The message comes from no-reply@example.com and can take five minutes. If it is \
still missing, request a new link: only the newest one works. I can also send it to your backup \
address."""

_CHOICE = """\
B. It names the benefit in five words and can be read from across a street; A is more elegant but \
says less, and C needs the reader to know the product."""

_TRIP = """\
Day 1: arrive before noon, walk the old town and have dinner by the river. Day 2: two museums in \
the morning, a viewpoint at sunset. Day 3: a short train ride to the coast, back for the evening \
flight."""

_SIGHTS = """\
The tile museum in the old convent, the monastery by the river, and the garden of the science \
foundation: all three open at ten and lie on one tram line."""

_UNKNOWN = "This is a stand-in provider with a few canned answers, and none is about that."

_ANSWERS = {
    "research": _RESEARCH,
    "extract": _FACTS,
    "analy[sz]e": _ANALYSIS,
    "report": _REPORT,
    "password": _RESET,
    "did(?: not|n['\N{RIGHT SINGLE QUOTATION MARK}]t) (?:get|receive)": _NO_EMAIL,
    "variation a": "Morning, kept as warm as you left it.",
    "variation b": "Hot until the last sip.",
    "variation c": "Two walls, one cup, no waste.",
    "variation": "One cup for every morning.",
    "select": _CHOICE,
    "sights": _SIGHTS,
    "plan": _TRIP,
}
"""Pattern of the instruction to its answer; of two that match at one place the first wins."""


def answer_to(prompt: str) -> str:
    """Return the canned answer to the instruction that comes first in *prompt*.

    Texts quoted after the instruction have no say: the same prompt always gets the same answer.
    """
    return min(_matches(prompt), default=(len(prompt), _UNKNOWN), key=lambda match: match[0])[1]


def _matches(prompt: str) -> Iterator[tuple[int, str]]:
    for pattern, answer in _ANSWERS.items():
        if found := re.search(rf"\b{pattern}\b", prompt, re.IGNORECASE):
            yield found.start(), answer
