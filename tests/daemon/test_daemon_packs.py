from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image as Pillow

from vcam.core.errors import VcamError
from vcam.daemon.loading import load_packs
from vcam.daemon.packs import PackLibrary
from vcam.daemon.thresholds import answered_gestures
from vcam.settings.schema import ReactionSettings

PACK = """\
format: 1
name: mine
title: {title}
author: me
licence: MIT
effects:
  dot: {{kind: sticker, picture: dot.png, anchor: screen}}
  paper: {{kind: particles, paper: ["#ff0000", "#00ff00"]}}
reactions:
  - {{gesture: v_sign, effect: dot}}
  - {{gesture: metal, effect: dot}}
"""


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "packs" / "mine"
    folder.mkdir(parents=True)
    Pillow.new("RGBA", (40, 20), (255, 0, 0, 255)).save(folder / "dot.png")
    (folder / "pack.yaml").write_text(PACK.format(title="Mine"))
    return folder


@pytest.fixture
def settings(mine):
    return ReactionSettings(packs=("mine",), pack_folders=(str(mine.parent),))


def states(library):
    return {each.name: each for each in library.states()}


def test_only_what_the_packs_answer_is_watched_for():
    packs = load_packs(ReactionSettings(packs=("selfie-glasses",)))
    assert answered_gestures(packs) == ("v_sign", "thumb_up", "metal")


def test_without_packs_nothing_is_watched_for():
    assert answered_gestures([]) == ()


def test_pack_that_is_not_there_is_told_and_left_out(caplog):
    packs = load_packs(ReactionSettings(packs=("selfie-glasses", "selfy-glasses")))
    assert [pack.name for pack in packs] == ["selfie-glasses"]
    assert "did you mean selfie-glasses" in caplog.text


def test_all_packs_are_told_also_those_that_are_off(settings):
    library = PackLibrary(settings, load_packs(settings))
    told = states(library)
    assert {"mine", "party", "badges", "selfie-glasses"} <= set(told)
    assert [name for name, pack in told.items() if pack.on] == ["mine"]
    assert told["mine"].title == "Mine"
    assert [(each.name, each.gestures) for each in told["mine"].effects] == [
        ("dot", ("v_sign", "metal")),
        ("paper", ()),
    ]
    assert told["party"].effects
    assert told["party"].thumbnail


def test_packs_that_stay_on_are_not_read_again(settings):
    library = PackLibrary(settings)
    first = library.take(settings)
    both = library.take(settings.model_copy(update={"packs": ("badges", "mine")}))
    assert [pack.name for pack in both] == ["badges", "mine"]
    assert both[1] is first[0]


def test_reactions_that_are_off_take_no_packs(settings):
    library = PackLibrary(settings, load_packs(settings))
    off = settings.model_copy(update={"enabled": False})
    assert library.take(off) == ()
    assert states(library)["mine"].on


def test_pack_that_breaks_stays_as_it_was_and_tells_why(settings, mine, caplog):
    library = PackLibrary(settings)
    (before,) = library.take(settings)
    (mine / "pack.yaml").write_text("name: mine\n")
    (after,) = library.take(settings, anew=True)
    assert after is before
    told = states(library)["mine"]
    assert "pack.yaml" in told.problem
    assert told.title == "Mine"
    assert "pack.yaml" in caplog.text
    (mine / "pack.yaml").write_text(PACK.format(title="Better"))
    (mended,) = library.take(settings, anew=True)
    assert mended.title == "Better"
    assert states(library)["mine"].problem == ""


def test_broken_pack_that_is_off_is_told(settings, mine):
    (mine / "pack.yaml").write_text("nonsense")
    library = PackLibrary(settings.model_copy(update={"packs": ()}))
    told = states(library)["mine"]
    assert told.problem
    assert not told.thumbnail
    with pytest.raises(VcamError):
        library.thumbnail("mine")


def test_pack_that_is_asked_for_and_missing_is_told(settings):
    library = PackLibrary(settings.model_copy(update={"packs": ("minne",)}))
    assert "did you mean mine" in states(library)["minne"].problem


def test_new_pack_is_found_when_it_is_looked_for(settings, mine):
    library = PackLibrary(settings, load_packs(settings))
    library.states()
    mine.rename(mine.with_name("yours"))
    text = PACK.format(title="Yours").replace("name: mine", "name: yours")
    (mine.with_name("yours") / "pack.yaml").write_text(text)
    library.take(settings, anew=True)
    assert "yours" in states(library)


def test_thumbnail_shows_the_art(settings, mine):
    library = PackLibrary(settings)
    picture = Pillow.open(BytesIO(library.thumbnail("mine")))
    assert picture.format == "PNG"
    assert max(picture.size) <= 256
    colours = {colour for _, colour in picture.getcolors(100_000) if colour[3]}
    assert {(255, 0, 0, 255), (0, 255, 0, 255)} <= colours
    mine.joinpath("dot.png").unlink()
    assert library.thumbnail("mine"), "kept"


@pytest.mark.parametrize("name", ["party", "badges", "selfie-glasses"])
def test_thumbnails_of_the_shipped_packs(name):
    library = PackLibrary(ReactionSettings())
    picture = Pillow.open(BytesIO(library.thumbnail(name))).convert("RGBA")
    assert picture.size == (256, 256)
    left, top, right, bottom = picture.getbbox()
    assert right - left > 150
    assert bottom - top > 60


@pytest.mark.parametrize("name", ["partyy", "../party", ""])
def test_thumbnail_of_an_unknown_pack(name):
    with pytest.raises(VcamError, match="no sticker pack"):
        PackLibrary(ReactionSettings()).thumbnail(name)
