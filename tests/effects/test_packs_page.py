from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image as Pillow

from vcam.effects import schema
from vcam.effects.pack import load_pack

PAGE = Path(__file__).parents[2] / "docs" / "packs.md"
PARTS = [
    schema.PackSpec,
    schema.StickerSpec,
    schema.ClipsSpec,
    schema.ParticlesSpec,
    schema.BurstSpec,
    schema.LasersSpec,
    schema.LightningSpec,
    schema.DimSpec,
    schema.FlashSpec,
    schema.TextSpec,
    schema.BackgroundSpec,
    schema.RuleSpec,
    schema.EnterSpec,
    schema.LoopSpec,
    schema.LeaveSpec,
]


@pytest.mark.parametrize("part", PARTS)
def test_every_key_is_described_as_the_schema_does(part: type[schema.Part]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, field in part.model_fields.items():
        assert re.search(rf"\| `{name}` \| .+ \| {re.escape(field.description or '')} \|", text)


def test_the_example_on_the_page_loads(tmp_path: Path) -> None:
    example = re.search(r"```yaml\n(name: cats.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert example is not None
    folder = tmp_path / "cats"
    folder.mkdir()
    (folder / "pack.yaml").write_text(example[1], encoding="utf-8")
    Pillow.new("RGBA", (20, 20)).save(folder / "ears.png")
    pack = load_pack(folder)
    assert set(pack.effects) == {"ears", "hearts"}
    assert len(pack.rules) == 3
