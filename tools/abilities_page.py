"""The page docs/abilities.md, out of kept figures and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Found = Mapping[str, Any]

_HEAD = """# What vcam can recognise besides its own poses

Made by `make abilities DATA=FOLDER` out of `docs/figures/abilities/*.json`; each table names the
command that measured it. FOLDER holds `hands/`, `faces/` and `smoking/`, one folder a class. All
pictures were judged by models that had not seen them: parts never share a person whose name the
files tell, nor near duplicates. Intervals are 95 % (Wilson). Times are those of two slow cores,
while other work ran on them; CPU seconds say more than the clock.

vcam's own poses have a page of their own: [recognition.md](recognition.md).
"""

_DIGITS = """## Teach by button: the digits 1 to 5

Ten samples of each digit, drawn several times; judged on people of whom no sample was taught. How
teaching works, and what the sets hold: [teaching.md](teaching.md). *Starts right* and *wrong*: at
shipped thresholds. *Without three*: the sets show three with different fingers, and a shape that
was not taught is refused.
"""

_PEOPLE = """## People

Enrolled with four pictures each (ORL) or ten (five_people), judged on the others, five splits;
people who were left out, and strangers of a third set, tell the false accepts. *Accuracy*: the
nearest of the enrolled is the right one. *Named* and *false accepts*: at the lowest threshold that
keeps the false accepts on half of the strangers at 1 %. What ships, and what it can not do:
[people.md](people.md). The sets are for measuring alone; no model was made of them. The project
after which this is made told 87 % with MobileNetV2 on five people.
"""

_SMOKING = """## Smoking

A set of web pictures of smoking, and of coughing, drinking, telephoning and inhalers; the test part
took no part in training or tuning. No model of it is shipped: the pictures' terms are not known.
Train one on pictures of your own with the command below, then `python -m training images export`
it into the folder that `vcam models` prints. ImageNet weights could not be fetched where this was
measured, so MobileNetV2 began from nothing, with few pictures of few pixels. The project after
which this is made had them; leave out `--weights none` and `--size` to do the same. Their loading
is tested with files of the same layout as Keras'.
"""

_SMOKING_HANDS = """### A hand near the mouth

What vcam's own landmarks tell (how near the fingertips are to the mouth, how two fingers are held),
by a regression of eight numbers, alone and together with the image model. The regression learnt
from the training part, the mixture from the validation part.
"""

_ATTRIBUTES = """## Face attributes

Off by default, and for stickers alone. What a model writes on a face is what the people who
labelled the pictures thought they saw: it does not know anybody's gender, health, age or
character, it is wrong more often about those who were rare among its pictures, and it must not be
used for decisions about people. The set is UTKFace: faces from the web, 16 to 75 years old here,
labelled by an algorithm and checked by people, as *female* and *male* only. It is for research
alone, and no model of it is shipped. For CelebA itself:

    python -m training images compare list_attr_celeba.csv --pictures img_align_celeba \\
        --attribute Smiling --backbones vgg16,vgg19,googlenet,resnet50,resnet101

The five backbones of the project after which this is made began from nothing here, with few
pictures of few pixels and few epochs: the table shows how the tool compares them, and what they
reach with so little. With ImageNet weights and CelebA's 200,000 pictures, papers report about 0.98
for its attribute *Male* (Z. Liu and others, "Deep learning face attributes in the wild", ICCV
2015).
"""

_GROUPS = """### Error by group

Of GoogLeNet, on its test part. *Origin* is UTKFace's label: 0 white,
1 black, 2 Asian, 3 Indian, 4 others. With so few pictures the intervals overlap: this shows that
the error can be told by group, not that it is equal.
"""


def page(found: Mapping[str, Found]) -> str:
    """The whole page; a part that was not measured says so.

    Args:
        found: kept figures, by step of `tools/abilities.py`.
    """
    parts = [
        _HEAD,
        _part(_DIGITS, found.get("digits"), _digits),
        _part(_PEOPLE, found.get("people"), _people),
        _part(_SMOKING, found.get("smoking"), _smoking),
        _part(_SMOKING_HANDS, found.get("smoking_hands"), _hands),
        _part(_ATTRIBUTES, found.get("attributes"), _attributes),
        _part(_GROUPS, found.get("attributes_groups"), _groups),
    ]
    return "\n".join(parts)


def _part(text: str, found: Any, make: Any) -> str:
    if not found:
        return f"{text}\nNot measured yet.\n"
    return f"{text}\n{make(found)}\n"


def _told(record: Found) -> str:
    told = ", ".join(filter(None, [record["date"], _seconds(record)]))
    return f"`{record['command']}` ({told})"


def _seconds(record: Found) -> str:
    environment = record.get("environment") or next(
        (each["environment"] for each in record.values() if _has_environment(each)), None
    )
    if environment:
        return f"{environment['wall_s']:.0f} s, {environment['cpu_s']:.0f} CPU s"
    return "" if record["took_s"] is None else f"{record['took_s']:.0f} s"


def _has_environment(value: object) -> bool:
    return isinstance(value, dict) and "environment" in value


def _digits(record: Found) -> str:
    told = record["digits"]
    rows = [
        [
            each["taught_on"],
            each["judged_on"]
            + (", other people" if each["taught_on"] == each["judged_on"] else ""),
            each["hands"],
            f"{each['accuracy']:.3f} ({each['low']:.3f} to {each['high']:.3f})",
            f"{each['without_three']:.3f}",
            f"{each['clear']:.3f}",
            f"{each['wrong']:.3f}",
            f"{each['cpu_s']:.2f}",
        ]
        for each in told["shots"]
    ]
    header = ["taught on", "judged on", "hands", "accuracy", "without three", "starts right"]
    table = _table([*header, "starts wrong", "CPU s"], rows)
    harm = _table(
        ["pose", "hands", "scores changed", "recall, points", "precision, points"],
        [
            [
                each["pose"],
                each["hands"],
                each["changed"],
                f"{each['recall_points']:+.2f}",
                f"{each['precision_points']:+.2f}",
            ]
            for each in told["harm"]
        ],
    )
    return (
        f"{_told(record)}\n\n{table}\n\nWhat live taught digits do to vcam's own poses:\n\n{harm}"
    )


def _people(record: Found) -> str:
    rows = [
        [
            each["way"],
            each["set"],
            f"{each['accuracy']:.3f}",
            f"{each['named_right']:.3f}",
            f"{each['named_wrong']:.3f}",
            f"{each['false_accepts_left_out']:.3f}",
            f"{each['false_accepts_strangers']:.3f}",
            f"{each['cpu_s']:.1f}",
        ]
        for each in record["people"]["rows"]
    ]
    header = ["way", "set", "accuracy", "named right", "named wrong", "false, left out"]
    table = _table([*header, "false, strangers", "CPU s"], rows)
    shipped = [
        f"- {each['set']}: at the shipped threshold {each['shipped_threshold']:.3f} one look names "
        f"{each['shipped_named_right']:.1%} rightly and {each['shipped_named_wrong']:.1%} wrongly; "
        f"{each['shipped_false_accepts_left_out']:.1%} of those left out and "
        f"{each['shipped_false_accepts_strangers']:.1%} of strangers are taken for somebody"
        for each in record["people"]["rows"]
        if "shipped_threshold" in each
    ]
    return "\n".join([_told(record), "", table, "", *shipped])


def _smoking(record: Found) -> str:
    lines = [_told(record), "", _table(_MODEL, [_model(record)]), ""]
    lines.append(f"Split: {_split(record['split'])}. Rows are truth, columns what was read:")
    lines += ["", _confusion(record["figures"]["test"]), ""]
    lines += [f"![{plot}](pictures/abilities/smoking-{plot}.png)" for plot in _PLOTS]
    return "\n".join(lines)


_MODEL = (
    *("model", "test", "accuracy", "precision", "recall", "F1", "AUC", "int8 accuracy"),
    *("MB, float / int8", "CPU ms", "training CPU s"),
)
"""Precision, recall and F1 are the second class's."""


def _model(record: Found) -> list[object]:
    """A row of `_MODEL`."""
    figures, recipe = record["figures"], record["recipe"]
    test = figures["test"]
    low, high = test["accuracy_interval"]
    looked_for = test["classes"][1]
    exact, int8 = figures["forms"].values()
    return [
        f"{recipe['backbone']}, {recipe['side']} px, weights {recipe['weights']}",
        test["count"],
        f"{test['accuracy']:.3f} ({low:.3f} to {high:.3f})",
        *(f"{looked_for[key]:.3f}" for key in ("precision", "recall", "f1", "auc")),
        f"{int8['accuracy']:.3f}",
        f"{exact['size_bytes'] / 1e6:.1f} / {int8['size_bytes'] / 1e6:.1f}",
        f"{exact['cpu_ms']:.1f} / {int8['cpu_ms']:.1f}",
        f"{figures['training_cpu_s']:.0f}",
    ]


_PLOTS = ("curves", "confusion", "roc", "reliability")


def _split(split: Mapping[str, Mapping[str, int]]) -> str:
    return "; ".join(
        f"{part} " + " + ".join(f"{count} {label}" for label, count in labels.items())
        for part, labels in split.items()
    )


def _confusion(test: Found) -> str:
    names = [each["name"] for each in test["classes"]]
    rows = [[name, *line] for name, line in zip(names, test["confusion"], strict=True)]
    return _table(["", *names], rows)


def _hands(record: Found) -> str:
    told = record["smoking"]
    rows = []
    for name, test in told["readers"].items():
        low, high = test["accuracy_interval"]
        looked_for = test["classes"][1]
        rows.append(
            [
                name,
                f"{test['accuracy']:.3f} ({low:.3f} to {high:.3f})",
                *(f"{looked_for[key]:.3f}" for key in ("precision", "recall", "f1", "auc")),
            ]
        )
    table = _table(["reader", "accuracy", "precision", "recall", "F1", "AUC"], rows)
    seen = (
        f"A hand was found in {told['hands_found']:.0%} of the test pictures, a face in "
        f"{told['faces_found']:.0%}."
    )
    return f"{_told(record)}\n\n{table}\n\n{seen}"


def _attributes(record: Found) -> str:
    told = record["comparison"]
    header = list(told["rows"][0])
    table = _table(header, [[row[name] for name in header] for row in told["rows"]])
    lines = [_told(record), "", table, "", *(f"- {line}" for line in told["data"])]
    return "\n".join([*lines, "", "![comparison](pictures/abilities/attributes-comparison.png)"])


def _groups(record: Found) -> str:
    rows = [
        [
            name,
            each["name"],
            each["count"],
            each["wrong"],
            f"{each['error']:.2f} ({each['low']:.2f} to {each['high']:.2f})",
        ]
        for name, groups in record["groups"].items()
        for each in groups
    ]
    return f"{_told(record)}\n\n{_table(['by', 'group', 'pictures', 'wrong', 'error'], rows)}"


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines)
