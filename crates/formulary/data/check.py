#!/usr/bin/env python3
"""Checks the drug-safety pack in this folder. Standard library only.

    python3 check.py            prints counts, exits 1 on the first list of errors
    python3 check.py -v         also prints what each case raised
    python3 check.py --pair "warfarin" "Flagyl 400mg"      what the rules say about two medicines

The second half is a small reference implementation of the rules. An engine in another
language must give the same answers for cases.csv and safe_pairs.csv.
"""
import collections
import csv
import os
import re
import sys
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
RANK = {"none": 0, "inform": 1, "moderate": 2, "severe": 3, "contraindicated": 4}
NUMBER = re.compile(r"\d+(mg|g|gm|gms|mcg|mcgs|ug|ml|mls|l|iu|u|mu|mmol|meq|mgs|kg|units|x|h|hr|hrs|hourly|d|days)?(\d*)", re.ASCII)
GLUED = re.compile(r"([a-z]{3,})(\d.*)", re.ASCII)
LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ł": "l", "ı": "i"})
CONTEXTS = {"pregnancy", "could-become-pregnant", "breastfeeding", "age", "g6pd-deficiency"}
HEADERS = {
    "ingredients": ["ingredient", "classes", "who_eml", "notes"],
    "classes": ["class", "meaning"],
    "synonyms": ["alias", "kind", "ingredients"],
    "ignored_words": ["word", "where"],
    "allergy_terms": ["written", "allergen"],
    "allergy_classes": ["allergen", "covers", "relation", "degree", "severity", "from_member", "rationale", "source"],
    "interactions": ["a", "b", "severity", "effect", "mechanism", "management", "route", "source", "checked"],
    "duplicates": ["kind", "a", "b", "severity", "message", "source"],
    "pregnancy_and_age": ["subject", "context", "when", "severity", "message", "source"],
    "max_dose": ["ingredient", "route", "population", "max_single", "max_daily", "unit",
                 "max_single_per_kg", "max_daily_per_kg", "note", "source", "schedule"],
    "strengths": ["ingredients", "strengths", "unit", "label", "source"],
    "safe_pairs": ["a", "b", "checked"],
    "cases": ["id", "allergies", "current", "new_drug", "patient", "expected", "source"],
}
MINIMUM = {"ingredients": 550, "synonyms": 450, "allergy_classes": 60, "interactions": 450, "duplicates": 40,
           "pregnancy_and_age": 100, "max_dose": 120, "strengths": 80, "safe_pairs": 320, "cases": 140}


def norm(text):
    """Lower case, accents and apostrophes gone, "i.v." joined, everything else that is no letter or digit a blank.
    Letters of other scripts stay: what cannot be read must show as unknown, and not vanish."""
    text = re.sub("[\u2122\u00ae\u00a9\u2120]", " ", text).replace("\u00b5", "u").replace("\u03bc", "u")
    text = re.sub(r"(?<![A-Za-z])([A-Za-z])\.(?=[A-Za-z](?![A-Za-z]))", r"\1", text)
    text = unicodedata.normalize("NFKD", re.sub("['\u2018\u2019`\u00b4]", "", text)).lower().translate(LETTERS)
    text = "".join(c for c in text if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", text).strip()


def split(text):
    return [part.strip() for part in text.split(";") if part.strip()]


class Pack:
    def __init__(self, folder=HERE):
        self.errors = []
        self.table = {}
        for name, header in HEADERS.items():
            path = os.path.join(folder, name + ".csv")
            with open(path, encoding="utf-8", newline="") as handle:
                reader = csv.DictReader(handle, strict=True)
                if reader.fieldnames != header:
                    self.errors.append(f"{name}.csv: header is {reader.fieldnames}, should be {header}")
                self.table[name] = list(reader)
        if self.errors:
            return
        self.ingredients = {row["ingredient"]: row for row in self.table["ingredients"]}
        self.members = collections.defaultdict(set)
        for name, row in self.ingredients.items():
            for group in split(row["classes"]):
                self.members[group].add(name)
        self.names = {norm(name): (name,) for name in self.ingredients}
        for row in self.table["synonyms"]:
            self.names.setdefault(norm(row["alias"]), tuple(split(row["ingredients"])))
        self.longest = max(len(name.split()) for name in self.names)
        self.ignored = collections.defaultdict(set)
        for row in self.table["ignored_words"]:
            self.ignored[row["where"]].add(row["word"])
        self.terms = {norm(row["written"]): row["allergen"] for row in self.table["allergy_terms"]}
        self.allergens = collections.defaultdict(list)
        for row in self.table["allergy_classes"]:
            row["_covers"] = self.cover(row["covers"])
            self.allergens[row["allergen"]].append(row)
        self.pairs = collections.defaultdict(list)
        for row in self.table["interactions"]:
            for x in self.expand(row["a"]):
                for y in self.expand(row["b"]):
                    if x != y:
                        key = tuple(sorted((x, y)))
                        if not any(other is row for other in self.pairs[key]):
                            self.pairs[key].append(row)

    def expand(self, subject):
        """An ingredient stands for itself, class:x for its members, * for everything."""
        if subject == "*":
            return set(self.ingredients)
        if subject.startswith("class:"):
            return self.members.get(subject[6:], set())
        return {subject} if subject in self.ingredients else set()

    def cover(self, subjects):
        found = set()
        for subject in split(subjects):
            found |= self.expand(subject)
        return found

    # -- names -----------------------------------------------------------------------------------
    def resolve(self, written):
        """(ingredients in order, words that mean nothing to us)"""
        whole = norm(written)
        if whole in self.names:
            return list(self.names[whole]), []
        words, found, unknown, i = whole.split(), [], [], 0
        while i < len(words):
            for size in range(min(self.longest, len(words) - i), 0, -1):
                name = " ".join(words[i:i + size])
                if name in self.names:
                    found += [n for n in self.names[name] if n not in found]
                    i += size
                    break
            else:
                name = self.glued(words[i])
                if name:
                    found += [n for n in self.names[name] if n not in found]
                elif not self.is_ignored(words, i):
                    unknown.append(words[i])
                i += 1
        if not found and not unknown:
            unknown = words or [written]
        return found, unknown

    def glued(self, word):
        """The name in paracetamol500mg."""
        match = GLUED.fullmatch(word)
        return match[1] if match and match[1] in self.names and NUMBER.fullmatch(match[2]) else None

    def is_ignored(self, words, i):
        """Strengths, forms and frequencies. A unit counts only behind a number: the G of a brand is no gram."""
        if words[i] in self.ignored["any"] or NUMBER.fullmatch(words[i]):
            return True
        return i > 0 and words[i] in self.ignored["unit"] and NUMBER.fullmatch(words[i - 1]) is not None

    def resolve_allergy(self, written):
        """(allergen names, ingredients, unknown words)"""
        whole = norm(written)
        groups, direct = set(), []
        if whole in self.terms:
            groups.add(self.terms[whole])
        if whole in self.names:
            direct += self.names[whole]
        if groups or direct:
            return groups, direct, []
        words, unknown, i = whole.split(), [], 0
        longest = max(self.longest, 8)
        while i < len(words):
            for size in range(min(longest, len(words) - i), 0, -1):
                name = " ".join(words[i:i + size])
                if name in self.terms or name in self.names:
                    if name in self.terms:
                        groups.add(self.terms[name])
                    direct += self.names.get(name, ())
                    i += size
                    break
            else:
                name = self.glued(words[i])
                if name:
                    direct += self.names[name]
                elif words[i] not in self.ignored["allergy"] and not self.is_ignored(words, i):
                    unknown.append(words[i])
                i += 1
        if not groups and not direct and not unknown:
            unknown = words or [written]
        if len(groups) > 1:
            groups.discard("none")
        return groups, direct, unknown

    # -- rules -----------------------------------------------------------------------------------
    def interactions(self, x, y):
        return self.pairs.get(tuple(sorted((x, y))), [])

    def duplicate(self, x, y, twice=False):
        """Severity of duplicate therapy between a new and an active ingredient; twice: written alike."""
        severity = None
        for row in self.table["duplicates"]:
            if row["kind"] == "same-ingredient":
                hit = x == y
            elif row["kind"] == "class":
                a, b = self.expand(row["a"]), self.expand(row["b"])
                hit = x != y and ((x in a and y in b) or (y in a and x in b))
            else:
                continue
            if hit and (severity is None or RANK[row["severity"]] > RANK[severity]):
                severity = row["severity"]
        if severity is None:
            return None
        for row in self.table["duplicates"]:
            if row["kind"] in ("exception", "unlike") and not (twice and row["kind"] == "unlike"):
                a, b = self.expand(row["a"]), self.expand(row["b"])
                if (row["a"] == row["b"]) == (x == y) and ((x in a and y in b) or (y in a and x in b)):
                    severity = row["severity"]
        return None if severity == "none" else severity

    def allergy(self, groups, direct, x):
        """Severity of an allergy against ingredient x, None when there is none."""
        found = "none"
        rows = [row for group in groups for row in self.allergens.get(group, [])]
        for ingredient in direct:
            if ingredient == x:
                found = "severe"
            for group, lines in self.allergens.items():
                if any(r["relation"] == "same" and r["from_member"] == "yes" and ingredient in r["_covers"] for r in lines):
                    rows += [r for r in lines if r["from_member"] == "yes"]
        for row in rows:
            if x in row["_covers"] and RANK[row["severity"]] > RANK[found]:
                found = row["severity"]
        return None if found == "none" else found

    def conditions(self, patient, x):
        """(kind, severity) of pregnancy, breastfeeding, age and G6PD rows that fit the patient."""
        for row in self.table["pregnancy_and_age"]:
            if x not in self.expand(row["subject"]):
                continue
            context, when = row["context"], row["when"]
            if context == "age":
                if "age" in patient and age_fits(patient["age"], when):
                    yield "age", row["severity"]
            elif context == "pregnancy":
                now = patient.get("pregnancy")
                if now and (when == "any" or now in split(when) or now == "unknown" or (now == "3" and when == "near-term")):
                    yield "pregnancy", row["severity"]
            elif patient.get(context) == "yes":
                yield context, row["severity"]

    def check(self, allergies, current, new, patient):
        """The set of answers: none, could_not_check, found(kind,severity)."""
        best, unknown = {}, False

        def note(kind, severity):
            if RANK[severity] > RANK[best.get(kind, "none")]:
                best[kind] = severity

        fresh, lost = self.resolve(new)
        unknown |= bool(lost)
        for text in allergies:
            groups, direct, lost = self.resolve_allergy(text)
            unknown |= bool(lost)
            for x in fresh:
                severity = self.allergy(groups, direct, x)
                if severity:
                    note("allergy", severity)
        for text in current:
            active, lost = self.resolve(text)
            unknown |= bool(lost)
            for x in fresh:
                for y in active:
                    for row in self.interactions(x, y):
                        note("interaction", row["severity"])
                    severity = self.duplicate(x, y, norm(text) == norm(new))
                    if severity:
                        note("duplicate", severity)
        for x in fresh:
            for kind, severity in self.conditions(patient, x):
                note(kind, severity)
        answer = {f"found({kind},{severity})" for kind, severity in best.items()}
        if unknown:
            answer.add("could_not_check")
        return answer or {"none"}


def days(text):
    number, unit = re.fullmatch(r"(\d+)([dwmy])", text).groups()
    return int(number) * {"d": 1, "w": 7, "m": 30.4375, "y": 365.25}[unit]


def age_fits(age, when):
    limit = days(when[1:])
    return days(age) < limit if when[0] == "<" else days(age) > limit


# -- what must hold ------------------------------------------------------------------------------------
def validate(pack):
    errors = pack.errors

    def bad(text):
        errors.append(text)

    for name, rows in pack.table.items():
        for number, row in enumerate(rows, 2):
            for key, value in row.items():
                if key is None or value is None:
                    bad(f"{name}.csv line {number}: wrong number of columns")
                elif not isinstance(key, str) or key.startswith("_"):
                    continue
                elif value != value.strip() or "\n" in value:
                    bad(f"{name}.csv line {number}: blanks or line break around {key}")
        if len(rows) < MINIMUM.get(name, 1):
            bad(f"{name}.csv has {len(rows)} rows, at least {MINIMUM[name]} wanted")

    def unique(name, keys):
        seen = set()
        for row in pack.table[name]:
            key = tuple(row[k] for k in keys)
            if key in seen:
                bad(f"{name}.csv: twice: {key}")
            seen.add(key)

    def subject(name, text, star=False):
        if star and text == "*":
            return
        if not pack.expand(text):
            bad(f"{name}.csv: unknown subject {text!r}")

    known = {row["class"] for row in pack.table["classes"]}
    unique("ingredients", ["ingredient"])
    unique("classes", ["class"])
    for row in pack.table["ingredients"]:
        if row["ingredient"] != row["ingredient"].lower():
            bad(f"ingredients.csv: {row['ingredient']} is not lower case")
        if row["who_eml"] not in ("", "yes"):
            bad(f"ingredients.csv: who_eml of {row['ingredient']}")
        groups = split(row["classes"])
        if len(groups) != len(set(groups)):
            bad(f"ingredients.csv: class twice on {row['ingredient']}")
        for group in groups:
            if group not in known:
                bad(f"ingredients.csv: class {group} of {row['ingredient']} is not in classes.csv")
    for row in pack.table["classes"]:
        if not pack.members.get(row["class"]):
            bad(f"classes.csv: {row['class']} has no member")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["class"]):
            bad(f"classes.csv: {row['class']} is no id")

    seen = {norm(name): name for name in pack.ingredients}
    kinds = collections.Counter()
    for row in pack.table["synonyms"]:
        key, parts = norm(row["alias"]), split(row["ingredients"])
        kinds[row["kind"]] += 1
        if key in seen:
            bad(f"synonyms.csv: {row['alias']!r} is there already ({seen[key]})")
        seen[key] = row["alias"]
        if not key or not parts or len(parts) != len(set(parts)):
            bad(f"synonyms.csv: {row['alias']!r} maps to {parts}")
        for part in parts:
            if part not in pack.ingredients:
                bad(f"synonyms.csv: {row['alias']!r} maps to unknown {part!r}")
        if row["kind"] not in ("variant", "brand", "misspelling", "french"):
            bad(f"synonyms.csv: kind {row['kind']!r}")
    for kind, least in (("brand", 450), ("misspelling", 60)):
        if kinds[kind] < least:
            bad(f"synonyms.csv: only {kinds[kind]} of kind {kind}")

    unique("ignored_words", ["word", "where"])
    for row in pack.table["ignored_words"]:
        if row["word"] in pack.names:
            bad(f"ignored_words.csv: {row['word']} is a medicine")
        if row["where"] not in ("any", "allergy", "unit"):
            bad(f"ignored_words.csv: where of {row['word']}")

    written = collections.defaultdict(set)
    for row in pack.table["allergy_terms"]:
        written[norm(row["written"])].add(row["allergen"])
        if row["allergen"] != "none" and row["allergen"] not in pack.allergens:
            bad(f"allergy_terms.csv: {row['written']!r} points to unknown {row['allergen']!r}")
    for key, values in written.items():
        if len(values) > 1:
            bad(f"allergy_terms.csv: {key!r} means {sorted(values)}")
    unique("allergy_terms", ["written"])
    unique("allergy_classes", ["allergen", "covers"])
    for row in pack.table["allergy_classes"]:
        for part in split(row["covers"]):
            subject("allergy_classes", part)
        if row["relation"] not in ("same", "cross", "no medicine") or row["degree"] not in ("", "low", "moderate", "high") \
                or row["severity"] not in ("severe", "moderate", "inform") or row["from_member"] not in ("yes", "no"):
            bad(f"allergy_classes.csv: values of {row['allergen']} / {row['covers']}")
        if (row["relation"] == "no medicine") != (not row["covers"]):
            bad(f"allergy_classes.csv: {row['allergen']} covers nothing or should")
        if row["relation"] != "no medicine" and not (row["rationale"] and row["source"]):
            bad(f"allergy_classes.csv: {row['allergen']} lacks rationale or source")
    reachable = set(pack.terms.values())
    for name, rows in pack.allergens.items():
        if name not in reachable and norm(name) not in pack.names \
                and not any(r["relation"] == "same" and r["from_member"] == "yes" for r in rows):
            bad(f"allergy_classes.csv: nothing leads to {name}")

    seen = set()
    for row in pack.table["interactions"]:
        pair = (row["a"], row["b"])
        label = f"interactions.csv: {row['a']} x {row['b']}"
        subject("interactions", row["a"])
        subject("interactions", row["b"])
        if pair != tuple(sorted(pair)):
            bad(f"{label}: not in alphabetical order")
        if pair in seen:
            bad(f"{label}: twice")
        seen.add(pair)
        if row["severity"] not in ("contraindicated", "severe", "moderate"):
            bad(f"{label}: severity {row['severity']!r}")
        if row["route"] not in ("", "systemic", "oral", "iv"):
            bad(f"{label}: route {row['route']!r}")
        if row["checked"] not in ("yes", "no", "differs", "source"):
            bad(f"{label}: checked {row['checked']!r}")
        for key in ("effect", "mechanism", "management", "source"):
            if not row[key]:
                bad(f"{label}: no {key}")
        pairs = {tuple(sorted((x, y))) for x in pack.expand(row["a"]) for y in pack.expand(row["b"]) if x != y}
        if not pairs:
            bad(f"{label}: no pair")
        elif all(any(RANK[o["severity"]] > RANK[row["severity"]] for o in pack.pairs[p]) for p in pairs):
            bad(f"{label}: always outranked by a more severe row")

    unique("duplicates", ["kind", "a", "b"])
    for row in pack.table["duplicates"]:
        if row["kind"] not in ("same-ingredient", "class", "exception", "unlike"):
            bad(f"duplicates.csv: kind {row['kind']!r}")
        subject("duplicates", row["a"], star=True)
        subject("duplicates", row["b"], star=True)
        allowed = ("none", "moderate", "severe") if row["kind"] in ("exception", "unlike") else ("moderate", "severe")
        if row["severity"] not in allowed or not row["message"]:
            bad(f"duplicates.csv: {row['a']} x {row['b']}")

    unique("pregnancy_and_age", ["subject", "context", "when"])
    for row in pack.table["pregnancy_and_age"]:
        subject("pregnancy_and_age", row["subject"])
        shape = {"age": r"[<>]\d+[dwmy]", "pregnancy": r"any|near-term|[123](;[123])*"}.get(row["context"], "any")
        if row["context"] not in CONTEXTS or not re.fullmatch(shape, row["when"]) \
                or row["severity"] not in ("contraindicated", "severe", "moderate") or not row["message"] or not row["source"]:
            bad(f"pregnancy_and_age.csv: {row['subject']} {row['context']} {row['when']}")

    unique("max_dose", ["ingredient", "route", "population"])
    for row in pack.table["max_dose"]:
        if row["ingredient"] not in pack.ingredients:
            bad(f"max_dose.csv: unknown {row['ingredient']!r}")
        values = {}
        for key in ("max_single", "max_daily", "max_single_per_kg", "max_daily_per_kg"):
            if row[key]:
                try:
                    values[key] = float(row[key])
                except ValueError:
                    bad(f"max_dose.csv: {row['ingredient']} {key} {row[key]!r}")
        if row["unit"] not in ("mg", "g", "microgram", "IU", "mmol") or row["population"] not in ("adult", "child") or not row["source"]:
            bad(f"max_dose.csv: {row['ingredient']} {row['route']} {row['population']}")
        for one, day in (("max_single", "max_daily"), ("max_single_per_kg", "max_daily_per_kg")):
            if one in values and day in values and values[one] > values[day]:
                bad(f"max_dose.csv: {row['ingredient']}: one dose is more than the day")
        if not values and not row["note"]:
            bad(f"max_dose.csv: {row['ingredient']}: nothing said")

    unique("strengths", ["ingredients", "strengths"])
    for row in pack.table["strengths"]:
        parts, numbers = row["ingredients"].split(";"), row["strengths"].split(";")
        for part in parts:
            if part not in pack.ingredients:
                bad(f"strengths.csv: unknown {part!r}")
        if len(parts) < 2 or len(parts) != len(numbers) or len(set(parts)) != len(parts):
            bad(f"strengths.csv: {row['ingredients']} {row['strengths']}")
        for number in numbers + ([row["label"]] if row["label"] else []):
            if not re.fullmatch(r"\d+(\.\d{1,3})?", number) or float(number) <= 0:
                bad(f"strengths.csv: {row['ingredients']}: {number!r} is no amount")
        if row["unit"] != "mg" or not row["source"]:
            bad(f"strengths.csv: {row['ingredients']}: unit or source")

    seen = set()
    for row in pack.table["safe_pairs"]:
        x, y = row["a"], row["b"]
        if x not in pack.ingredients or y not in pack.ingredients or x >= y or (x, y) in seen:
            bad(f"safe_pairs.csv: {x} x {y}: unknown, not ordered or twice")
            continue
        seen.add((x, y))
        for new, old in ((x, y), (y, x)):
            answer = pack.check([], [old], new, {})
            if answer != {"none"}:
                bad(f"safe_pairs.csv: {new} beside {old} raises {sorted(answer)}")

    unique("cases", ["id"])
    for row in pack.table["cases"]:
        patient = dict(part.split("=") for part in split(row["patient"]))
        answer = pack.check(split(row["allergies"]), split(row["current"]), row["new_drug"], patient)
        row["_answer"] = answer
        expected = set(split(row["expected"]))
        if answer != expected:
            bad(f"cases.csv {row['id']} ({row['allergies']} | {row['current']} | {row['new_drug']} | {row['patient']}): "
                f"expected {sorted(expected)}, got {sorted(answer)}")
        for part in expected:
            if not re.fullmatch(r"none|could_not_check|found\([a-z0-9-]+,(contraindicated|severe|moderate|inform)\)", part):
                bad(f"cases.csv {row['id']}: expected {part!r}")
    return errors


def report(pack):
    for name, rows in pack.table.items():
        print(f"{name:18} {len(rows):5}")
    print("synonyms by kind  ", dict(collections.Counter(r["kind"] for r in pack.table["synonyms"])))
    print("on the WHO list   ", sum(1 for r in pack.table["ingredients"] if r["who_eml"]))
    print("interactions      ", dict(collections.Counter(r["severity"] for r in pack.table["interactions"])))
    print("checked           ", {s: dict(collections.Counter(r["checked"] for r in pack.table["interactions"] if r["severity"] == s))
                                 for s in ("contraindicated", "severe", "moderate")})
    worst = collections.Counter(max((r["severity"] for r in rows), key=RANK.get) for rows in pack.pairs.values() if rows)
    print("ingredient pairs  ", dict(worst))
    print("cases             ", dict(collections.Counter(
        "none" if r["expected"] == "none" else "could_not_check" if "could_not_check" in r["expected"] else "found"
        for r in pack.table["cases"])))


def main():
    pack = Pack()
    if "--pair" in sys.argv:
        first, second = sys.argv[sys.argv.index("--pair") + 1:][:2]
        for name in (first, second):
            print(name, "->", pack.resolve(name))
        print(sorted(pack.check([], [first], second, {})))
        for x in pack.resolve(first)[0]:
            for y in pack.resolve(second)[0]:
                for row in pack.interactions(x, y):
                    print(f"  {row['severity']}: {row['a']} x {row['b']}: {row['effect']} {row['management']}")
        return 0
    if pack.errors:
        print("\n".join("ERROR " + text for text in pack.errors))
        return 1
    errors = validate(pack)
    report(pack)
    if "-v" in sys.argv:
        for row in pack.table["cases"]:
            print(row["id"], row["allergies"], "|", row["current"], "|", row["new_drug"], "->", sorted(row["_answer"]))
    for text in errors:
        print("ERROR", text)
    print("errors            ", len(errors))
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
