from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import TrainingError
from training.images.attributes import read_attributes
from training.images.sampling import Sampler, shared
from training.images.tables import read_table

Draw = Callable[..., Path]

NAMES = ("Bald", "Eyeglasses", "Male")


@pytest.fixture
def celeba(tmp_path: Path, draw: Draw) -> Path:
    """Twelve faces, every third with the attribute Male; both forms of the file."""
    rows = [
        (f"{number:06d}.jpg", -1, 1 if number % 2 else -1, 1 if number % 3 == 0 else -1)
        for number in range(1, 13)
    ]
    for name, *_ in rows:
        draw(tmp_path / "img" / name, seed=int(name[:6]))
    text = [f"{len(rows)}", " ".join(NAMES) + " "]
    text += ["  ".join(map(str, row)) for row in rows]
    (tmp_path / "list_attr_celeba.txt").write_text("\n".join(text) + "\n")
    table = [",".join(("image_id", *NAMES)), *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "attr.csv").write_text("\n".join(table) + "\n")
    return tmp_path


def write_partition(celeba: Path, name: str = "list_eval_partition.txt") -> Path:
    comma = name.endswith("csv")
    lines = ["image_id,partition"] if comma else []
    parts = {number: (number - 1) // 6 for number in range(1, 13)}  # 0 and 1
    parts |= {11: 2, 12: 2}
    lines += [f"{n:06d}.jpg{',' if comma else ' '}{part}" for n, part in parts.items()]
    (celeba / name).write_text("\n".join(lines) + "\n")
    return celeba / name


@pytest.mark.parametrize("file", ["list_attr_celeba.txt", "attr.csv"])
def test_both_forms_of_the_attribute_file(celeba: Path, file: str) -> None:
    samples = read_attributes(celeba / file, celeba / "img", "Male")
    assert samples.classes == ("Male", "not_Male")
    assert [s.path.name for s in samples.items if s.label == "Male"] == [
        "000003.jpg",
        "000006.jpg",
        "000009.jpg",
        "000012.jpg",
    ]
    assert "no partition" in " ".join(samples.notes)


@pytest.mark.parametrize("name", ["list_eval_partition.txt", "list_eval_partition.csv"])
def test_the_partition_beside_it_gives_the_parts(celeba: Path, name: str) -> None:
    write_partition(celeba, name)
    samples = read_attributes(celeba / "attr.csv", celeba / "img", "Eyeglasses")
    assert samples.counts() == {
        "train": {"Eyeglasses": 3, "not_Eyeglasses": 3},
        "validation": {"Eyeglasses": 2, "not_Eyeglasses": 2},
        "test": {"Eyeglasses": 1, "not_Eyeglasses": 1},
    }


def test_a_limit_keeps_proportions_and_is_repeatable(celeba: Path) -> None:
    def names(seed: int) -> list[str]:
        samples = read_attributes(celeba / "attr.csv", celeba / "img", "Male", 9, seed=seed)
        assert samples.counts().keys() == {"train", "validation", "test"}
        assert Counter(s.label for s in samples.items) == {"Male": 3, "not_Male": 6}
        return [sample.path.name for sample in samples.items]

    assert names(1) == names(1)
    assert len({tuple(names(seed)) for seed in range(6)}) > 1


def test_pictures_that_are_not_there_are_counted(celeba: Path) -> None:
    (celeba / "img" / "000001.jpg").unlink()
    samples = read_attributes(celeba / "attr.csv", celeba / "img", "Male")
    assert len(samples.items) == 11
    assert "1 more lines there name pictures that are not there" in samples.notes


def test_attribute_files_that_cannot_be_used(celeba: Path, tmp_path: Path) -> None:
    attributes, images = celeba / "attr.csv", celeba / "img"
    with pytest.raises(TrainingError, match=r"no attribute male: did you mean Male\?"):
        read_attributes(attributes, images, "male")
    with pytest.raises(TrainingError, match=r"no attribute zzz: use Bald, Eyeglasses, Male"):
        read_attributes(attributes, images, "zzz")
    with pytest.raises(TrainingError, match="there is no folder"):
        read_attributes(attributes, tmp_path / "nowhere", "Male")
    with pytest.raises(TrainingError, match="cannot be read"):
        read_attributes(tmp_path / "no.csv", images, "Male")
    with pytest.raises(TrainingError, match="above 0"):
        read_attributes(attributes, images, "Male", 0)
    with pytest.raises(TrainingError, match="one class alone: not_Bald"):
        read_attributes(attributes, images, "Bald")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingError, match="none of the pictures"):
        read_attributes(attributes, tmp_path / "empty", "Male")
    for text, message in (
        ("", "is empty"),
        ("image_id,Male\n", "names no pictures"),
        ("image_id,Male\na.jpg,1\nb.jpg,yes\n", r"bad\.csv, line 3"),
        ("image_id,Male\na.jpg,1\nb.jpg\n", r"bad\.csv, line 3"),
    ):
        (tmp_path / "bad.csv").write_text(text)
        with pytest.raises(TrainingError, match=message):
            read_attributes(tmp_path / "bad.csv", images, "Male")
    (tmp_path / "bad.txt").write_text("000001.jpg 0\n000002.jpg 7\n")
    with pytest.raises(TrainingError, match=r"bad\.txt, line 2"):
        read_attributes(attributes, images, "Male", partition=tmp_path / "bad.txt")


def test_a_table_of_pictures(tmp_path: Path, draw: Draw) -> None:
    for number in range(6):
        draw(tmp_path / "p" / f"{number}.png", seed=number)
    lines = ["Label,file,extra,person,part"]
    lines += [f"{'ab'[n % 2]},p/{n}.png,x,anna,{'train' if n else 'val'}" for n in range(6)]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    samples = read_table(tmp_path / "t.csv")
    assert samples.classes == ("a", "b")
    assert samples.items[0].part == "validation"
    assert samples.items[5].part == "train"
    assert {sample.person for sample in samples.items} == {"anna"}
    assert len(read_table(tmp_path / "t.csv", tmp_path, limit=6).items) == 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column file: its first line must be file,label"),
        ("files,label\n", "no column file: rename files"),
        ("file,label\n", "names no pictures"),
        ("file,label\na.png,\n", r"line 2: no file or no label"),
        ("file,label\na.png\n", r"line 2: no file or no label"),
        ("file,label,part\na.png,x,trian\n", r"line 2: there is no part trian"),
        ("file,label\na.png,x\na.png,y\n", r"line 3: a\.png stands in line 2 already"),
        ("file,label\na.png,x\nb.png,X\n", "two names for one class"),
        ("file,label\na.png,x\nb.png,none\n", "no class may be called none"),
        ("file,label\na.png,x\nb.png,y\n", r"class x has 0 picture\(s\) .*not there"),
    ],
)
def test_tables_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(TrainingError, match=message):
        read_table(tmp_path / "t.csv")


def test_a_table_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"\xff\xfe\x00file")
    with pytest.raises(TrainingError, match="cannot be read"):
        read_table(tmp_path / "t.csv")


@given(
    st.dictionaries(st.integers(0, 5), st.integers(1, 40), min_size=1),
    st.integers(1, 100),
)
def test_shares_are_exact_and_fair(counts: dict[int, int], limit: int) -> None:
    given_out = shared(Counter(counts), limit)
    total = sum(counts.values())
    assert sum(given_out.values()) == min(limit, total)
    for each, count in counts.items():
        assert given_out[each] <= count
        assert abs(given_out[each] - count * min(limit, total) / total) < 1


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(1, 70), st.integers(0, 9))
def test_a_draw_is_part_of_what_there_was_in_order(
    strata: list[str], limit: int, seed: int
) -> None:
    sampler: Sampler[str, int] = Sampler(limit, seed)
    for number, stratum in enumerate(strata):
        sampler.add(stratum, number)
    drawn = sampler.drawn()
    assert drawn == sorted(set(drawn))
    assert len(drawn) == min(limit, len(strata))


def test_every_item_is_as_likely() -> None:
    drawn: Counter[int] = Counter()
    for seed in range(2000):
        sampler: Sampler[str, int] = Sampler(2, seed)
        for number in range(8):
            sampler.add("all", number)
        drawn.update(sampler.drawn())
    assert all(400 < drawn[number] < 600 for number in range(8))
