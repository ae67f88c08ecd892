from __future__ import annotations

import pytest

from vcam.core.errors import PackError, PackTaken
from vcam.daemon import loading, own_packs, packs
from vcam.daemon.own_packs import OwnPacks
from vcam.daemon.packs import PackLibrary
from vcam.settings.schema import ReactionSettings
from vcam.testing.fake_packs import small_pack


@pytest.fixture
def library(tmp_path, monkeypatch) -> PackLibrary:
    for module in (loading, own_packs, packs):
        monkeypatch.setattr(module, "user_pack_folder", lambda: tmp_path / "packs")
    return PackLibrary(ReactionSettings())


@pytest.fixture
def own(library) -> OwnPacks:
    return OwnPacks(library, lambda: library.take(ReactionSettings(), anew=True))


def test_pack_comes_is_told_as_own_and_goes(library, own):
    assert own.install(small_pack(), replace=False) == "cats"
    assert library.state("cats").own
    assert not library.state("selfie-glasses").own
    archive = own.export("cats")
    own.remove("cats")
    assert "cats" not in {pack.name for pack in library.states()}
    assert own.install(archive, replace=False) == "cats"


def test_pack_that_is_there_stays_unless_it_is_to_be_replaced(library, own):
    own.install(small_pack(), replace=False)
    with pytest.raises(PackTaken) as refused:
        own.install(small_pack(title="Others"), replace=False)
    assert "--" not in refused.value.fix
    assert library.state("cats").title == "Cats"
    own.install(small_pack(title="Others"), replace=True)
    assert library.state("cats").title == "Others"


def test_file_that_is_not_fit_is_told_without_where_it_lay(own, tmp_path):
    with pytest.raises(PackError) as refused:
        own.install(b"no zip", replace=False)
    assert refused.value.message.startswith("pack.zip is no zip file")


def test_pack_that_came_with_vcam_is_exported_but_not_removed(own):
    assert own.export("selfie-glasses").startswith(b"PK")
    with pytest.raises(PackError, match="comes with vcam"):
        own.remove("selfie-glasses")
