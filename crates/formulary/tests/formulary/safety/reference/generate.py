#!/usr/bin/env python3
"""Writes answers.csv: ten thousand random questions and the answers of the reference implementation.

    python3 generate.py > answers.csv

To be run anew after a change of the pack. The seed is fixed, so that a difference is a difference of the rules.
"""
import csv
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "..", "data"))
import check  # noqa: E402

SHORT = {"allergy": "a", "interaction": "i", "duplicate": "d", "pregnancy": "p", "could-become-pregnant": "w",
         "breastfeeding": "b", "age": "y", "g6pd-deficiency": "g"}


def shorten(answer):
    words = []
    for word in sorted(answer):
        if word == "could_not_check":
            words.append("?")
        elif word == "none":
            words.append("-")
        else:
            kind, severity = word[6:-1].split(",")
            words.append(SHORT[kind] + severity[0])
    return " ".join(words)


def main():
    rng = random.Random(20261128)
    pack = check.Pack()
    # Duplicates are looked up for every pair: the reference is quick enough when it expands a subject once.
    expanded = {}
    expand = pack.expand
    pack.expand = lambda subject: expanded.setdefault(subject, expand(subject))
    common = sorted({row[k] for row in pack.table["safe_pairs"] for k in ("a", "b")})
    ingredients = sorted(pack.ingredients)
    aliases = sorted(row["alias"] for row in pack.table["synonyms"])
    terms = sorted(row["written"] for row in pack.table["allergy_terms"])
    behind = ["", "", "", " 500mg", " 5 mg tabs BD", " inj 1g I.V. stat", " syrup 120mg/5ml", " 250 mcg", "500mg", "", "", "", "", "", "", "", "", ""]
    rules = pack.table["interactions"]
    before = ["", "", "", "", "Tab ", "Inj. ", "Syp "]

    def medicine():
        kind = rng.random()
        if kind < 0.02:
            word = list(rng.choice(ingredients))
            word[rng.randrange(len(word))] = rng.choice("abcdefghijklmnopqrstuvwxyz ")
            name = "".join(word)
        elif kind < 0.55:
            name = rng.choice(common)
        elif kind < 0.75:
            name = rng.choice(ingredients)
        else:
            name = rng.choice(aliases)
        name = rng.choice(before) + name + rng.choice(behind)
        return name.upper() if rng.random() < 0.05 else name

    def patient():
        kind = rng.random()
        if kind < 0.5:
            return ""
        if kind < 0.7:
            return "age=%d%s" % (rng.randrange(1, 90), rng.choice("dwmyyyy"))
        if kind < 0.85:
            return "pregnancy=" + rng.choice(["1", "2", "3", "unknown"])
        return rng.choice(["breastfeeding", "could-become-pregnant", "g6pd-deficiency"]) + "=yes"

    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["allergies", "current", "new_drug", "patient", "answer"])
    for _ in range(10000):
        allergies = [rng.choice(terms) if rng.random() < 0.6 else medicine() for _ in range(rng.choice([0, 0, 0, 1, 1, 2]))]
        current = [medicine() for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3, 4]))]
        new, state = medicine(), patient()
        if rng.random() < 0.4:
            row = rng.choice(rules)
            new, other = (rng.choice(sorted(pack.expand(row[k]))) for k in rng.sample(["a", "b"], 2))
            current = (current + [other])[-4:]
        if rng.random() < 0.02:
            current.append("blue pill")
        who = dict([state.split("=")]) if state else {}
        answer = pack.check(allergies, current, new, who)
        out.writerow([";".join(allergies), ";".join(current), new, state, shorten(answer)])


if __name__ == "__main__":
    main()
