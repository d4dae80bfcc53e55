"""How golden values are written: JSON with one case a line, so that a change of one case is a change of one line.

    from golden import write

`write(document)` prints what a script has computed. Each member of the document has a line; where it holds lists or
objects, each of these has one. What is longer than a line may be is spread over several: each member of an object, as
many numbers as fit. scripts/lint-golden compares every golden file with this layout, and `scripts/lint-golden --mend`
lays one out again, by whitespace alone.
"""

import json
import re
import sys

# The longest line.
LIMIT = 4000
TOKEN = re.compile(r'\s*([{}\[\],:]|"(?:\\.|[^"\\])*"|[^\s{}\[\],:"]+)')


class Text(str):
    """A scalar as it stands in a file."""


def scalar(value):
    return value if isinstance(value, Text) else json.dumps(value)


def flat(value):
    """On one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flat(part)}" for key, part in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flat, value)) + "]"
    return scalar(value)


def holds_more(value):
    return any(isinstance(part, (dict, list, tuple)) for part in (value.values() if isinstance(value, dict) else value))


def laid_out(value, depth=0, room=LIMIT):
    """The lines of a value, the first and the last without what stands before and behind them.

    room: characters that the first line may have.
    """
    line, is_list = flat(value), isinstance(value, (list, tuple))
    if not (is_list or isinstance(value, dict)) or not value:
        return line
    if len(line) <= room and depth > 0 and (depth > 1 or not holds_more(value)):
        return line
    indent = " " * (depth + 1)
    if is_list and not holds_more(value) and not flat(value[0]).startswith('"'):
        # Numbers, as many as fit on each line.
        lines = [indent]
        for index, part in enumerate(map(flat, value)):
            part += "," if index + 1 < len(value) else ""
            if lines[-1] != indent and len(lines[-1]) + 1 + len(part) > LIMIT:
                lines.append(indent)
            lines[-1] += part if lines[-1] == indent else " " + part
        return "[\n" + "\n".join(lines) + "\n" + " " * depth + "]"
    parts = [(indent, part) for part in value] if is_list else [
        (f"{indent}{scalar(name)}: ", part) for name, part in value.items()
    ]
    rows = [before + laid_out(part, depth + 1, LIMIT - len(before) - 1) for before, part in parts]
    first, last = "[]" if is_list else "{}"
    return first + "\n" + ",\n".join(rows) + "\n" + " " * depth + last


def write(document, file=sys.stdout):
    file.write(laid_out(document) + "\n")


def tokens(text):
    """A file's text but for whitespace outside of strings."""
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = TOKEN.match(text, place)
        if not match:
            raise ValueError(f"no JSON at {text[place:place + 40]!r}")
        found.append(match[1])
        place = match.end()
    return found


def parsed(text):
    """The value of a file's text, every scalar and key as it stands there."""
    words = iter(tokens(text))

    def following():
        word = next(words, None)
        if word is None:
            raise ValueError("it ends within a value")
        return word

    def value(word):
        if word == "[":
            items, word = [], following()
            while word != "]":
                items.append(value(word))
                word = following()
                word = following() if word == "," else word
            return items
        if word == "{":
            members, word = {}, following()
            while word != "}":
                if following() != ":" or word in members:
                    raise ValueError(f"no member, or one that is there twice: {word}")
                members[Text(word)] = value(following())
                word = following()
                word = following() if word == "," else word
            return members
        if word in "]},:":
            raise ValueError(f"a {word} where a value is expected")
        return Text(word)

    result = value(following())
    if next(words, None) is not None:
        raise ValueError("something behind the value")
    return result


def again(text):
    """A file's text as `write` lays it out: nothing but whitespace is another."""
    result = laid_out(parsed(text)) + "\n"
    if tokens(result) != tokens(text):
        raise ValueError("the layout changes more than whitespace")
    return result
