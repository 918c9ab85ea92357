"""Labels: taken apart into a base and indices, and as Unicode text."""

import re

_LABEL = re.compile(r"(?P<base>[^\W\d_]+)(?P<prime>'*)(\^(?P<up>[\w,]+?))?(_(?P<down>[\w,]+))?(?P<which>\[\d+\])?")
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS = str.maketrans("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_RAISED, _LOWERED = ({up: plain for plain, up in table.items()} for table in (SUPERSCRIPTS, _SUBSCRIPTS))


def printable(text: str) -> str:
    """On one line, without what XML and UTF-8 cannot hold, ends a string in C, or turns the direction of writing."""
    text = text.replace("\n", "⏎").replace("\t", " ")
    return "".join([c if c.isprintable() or c in "\u00a0\u200d" else "�" for c in text])


def label_parts(label: str) -> re.Match[str] | None:
    """Base, primes, indices and number of a label that is written with indices, as w^1_21 or w¹₂₁; None for others."""
    for chars, sign in ((_RAISED, "^"), (_LOWERED, "_")):
        run = f"(?<=[\\w'])[{''.join(map(chr, chars))}]+"
        if found := re.search(run, label):
            label = label[: found.start()] + sign + found[0].translate(chars) + label[found.end() :]
    match = _LABEL.fullmatch(label)
    return match if match and match["base"].isalpha() else None


def unicode_label(label: str) -> str:
    """w^1_21 as w¹₂₁, and 10,2 below as ₁₀,₂; a label of another form as it is, with � for what cannot be printed."""
    match = label_parts(label)
    if not match:
        return printable(label)
    up = (match["up"] or "").translate(SUPERSCRIPTS)
    down = (match["down"] or "").translate(_SUBSCRIPTS)
    if any(c.isascii() and c != "," for c in up + down):  # a letter that has no raised or lowered form
        return label
    return match["base"] + match["prime"].replace("'", "′") + up + down + (match["which"] or "")
