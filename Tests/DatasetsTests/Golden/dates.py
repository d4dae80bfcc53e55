"""Writes dates.json: what Python's datetime (3.11 or later) reads of dates in formats, and the parts of dates.

    python3 dates.py > dates.json
"""

import math
import pathlib
import random
import sys
from datetime import datetime, timedelta, timezone

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

random.seed(20240229)
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

FORMATS = [
    "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y", "%Y%m%d", "%d %b %Y", "%B %d, %Y", "%Y-%j", "%d.%m.%Y %H:%M", "%m/%d/%Y %I:%M:%S %p",
    "%Y-%m-%d %H:%M:%S.%f", "%d-%b-%y %H:%M", "%Y-%m-%dT%H:%M:%S%z", "%d%%%m%%%Y",
]


def days(date):
    aware = date if date.tzinfo else date.replace(tzinfo=timezone.utc)
    return (aware - EPOCH) / timedelta(days=1)


def parts(date):
    seconds = date.hour * 3600 + date.minute * 60 + date.second + date.microsecond / 1e6
    leap = date.year % 4 == 0 and (date.year % 100 != 0 or date.year % 400 == 0)
    day_of_year = date.timetuple().tm_yday
    turns = {
        "month": (date.month - 1) / 12,
        "day_of_year": (day_of_year - 1) / (366 if leap else 365),
        "weekday": date.weekday() / 7,
        "hour": seconds / 86400,
    }
    found = {
        "year": date.year, "month": date.month, "day": date.day, "day_of_year": day_of_year, "weekday": date.weekday(),
        "hour": date.hour, "days": days(date),
    }
    for name, turn in turns.items():
        found[name + "_sin"] = math.sin(2 * math.pi * turn)
        found[name + "_cos"] = math.cos(2 * math.pi * turn)
    return found


def moment():
    return datetime(1969, 1, 1) + timedelta(seconds=random.randrange(99 * 365 * 86400), microseconds=random.randrange(10**6))


def read(text, pattern):
    try:
        return parts(datetime.strptime(text, pattern))
    except ValueError:
        return None


def main():
    cases = []
    for pattern in FORMATS:
        for _ in range(12):
            text = moment().replace(tzinfo=timezone(timedelta(minutes=random.choice([-570, 0, 60, 345])))).strftime(pattern)
            cases.append({"format": pattern, "text": text, "parts": read(text, pattern)})
            # Nearly a date.
            place = random.randrange(len(text))
            other = text[:place] + random.choice("0123456789./- x") + text[place + 1:]
            # Cells have no blanks around them.
            if other == other.strip():
                cases.append({"format": pattern, "text": other, "parts": read(other, pattern)})
    for text in ["29.02.2024", "29.02.2023", "29.02.1900", "29.02.2000", "31.04.2024", "00.01.2024", "1.2.2024", "01.13.2024",
                 "01.01.0001", "31.12.9999", "01.01.10000", "1.1.24", "", "31.12.2024 ", "x31.12.2024"]:
        cases.append({"format": "%d.%m.%Y", "text": text, "parts": read(text, "%d.%m.%Y")})
    for seconds in [0, 1, -1, 951782400, 1709164800.5, -2208988800, 253402300799, 4102444800, 0.25]:
        date = EPOCH + timedelta(seconds=seconds)
        cases.append({"format": "unix", "text": repr(seconds), "parts": parts(date)})
        cases.append({"format": "unix_ms", "text": repr(seconds * 1000), "parts": parts(date)})
    for text in ["x", "1e300", "253402300800", "nan"]:
        cases.append({"format": "unix", "text": text, "parts": None})
    write({"python": sys.version.split()[0], "cases": cases})


main()
