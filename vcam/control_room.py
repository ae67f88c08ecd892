"""The daemon with all that steers it: the watched settings file, the page and the tray."""

from __future__ import annotations

import threading
from collections.abc import Callable

from vcam.core.clock import Clock
from vcam.daemon.abilities import Abilities
from vcam.daemon.applying import Applier
from vcam.daemon.daemon import PipelineDaemon
from vcam.daemon.loading import own_pack_folders
from vcam.daemon.notices import Notices
from vcam.daemon.output_rack import OutputRack
from vcam.daemon.pack_watch import PackWatcher
from vcam.daemon.packs import PackLibrary
from vcam.daemon.people import People
from vcam.daemon.personal import Personal
from vcam.daemon.recognisers import Recognisers
from vcam.daemon.teaching import Teaching
from vcam.effects.pack import Pack
from vcam.outputs.preview import PreviewOutput
from vcam.pipeline import Pipeline
from vcam.settings.schema import ControlSettings
from vcam.settings.store import SettingsStore
from vcam.settings.watcher import SettingsWatcher
from vcam.steering import Steering


class ControlRoom:
    """Puts them together, starts and ends them.

    Attributes:
        daemon: carries commands out and tells the state.

    Args:
        pipeline: runs already.
        store: the settings.
        packs: those that are on.
        personal: what was learnt of the user.
        rack: made the public outputs.
        preview: feeds the page.
        clock: monotonic time.
        stop: ends the program, soon.
        keeps_source: the run has a source of its own, whatever the settings say of the camera.
    """

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        store: SettingsStore,
        packs: tuple[Pack, ...],
        personal: Personal,
        rack: OutputRack,
        preview: PreviewOutput,
        clock: Clock,
        stop: Callable[[], None],
        keeps_source: bool,
    ) -> None:
        settings = store.loaded.settings
        self._ended = threading.Event()
        library = PackLibrary(settings.reactions, packs)
        abilities = Abilities(
            Teaching(pipeline, personal, library, settings, clock),
            Recognisers(pipeline, library, settings),
            People(pipeline, settings, personal.learnt.file.path.parent),
        )
        self._abilities = abilities

        def make_applier(notices: Notices) -> Applier:
            return Applier(
                pipeline,
                rack,
                [preview],
                clock,
                notices,
                self._apply_control,
                personal,
                abilities,
                keeps_source=keeps_source,
            )

        self.daemon = PipelineDaemon(
            pipeline,
            store,
            library,
            packs,
            preview.feed,
            clock,
            stop,
            make_applier,
            personal,
            abilities,
            lambda: rack.cameras,
        )
        abilities.people.on_change = self.daemon.pipeline_changed
        self._steering = Steering(self.daemon, settings.control)
        self._watcher = SettingsWatcher(store.path, self.daemon.file_changed, clock, self._ended)
        self._pack_watcher = PackWatcher(
            lambda: own_pack_folders(store.loaded.settings.reactions),
            lambda: [*library.folders_on(), abilities.recognisers.folder],
            self.daemon.ask_reload,
            clock,
            self._ended,
        )

    def start(self) -> None:
        """Starts all; returns at once."""
        self.daemon.start()
        self._watcher.start()
        self._pack_watcher.start()
        self._abilities.recognisers.look()
        self._abilities.people.start()
        self._abilities.teaching.start()
        # The file may have been saved since it was read and before it was watched.
        self.daemon.file_changed()
        self._steering.start()

    def attend(self, timeout_s: float) -> bool:
        """What the main thread has to do on macOS in place of waiting; see `Steering.attend`."""
        return self._steering.attend(timeout_s)

    def stop(self) -> None:
        """Ends all; within a second."""
        self._ended.set()
        self.daemon.close()
        self._abilities.people.close()
        self._steering.stop()

    def _apply_control(self, settings: ControlSettings) -> None:
        self._steering.apply(settings)
