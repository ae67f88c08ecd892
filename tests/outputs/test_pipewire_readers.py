from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.contracts import Reader
from vcam.outputs.pipewire.readers import CLIENT, LINK, NODE, Links, reader_of

OURS = 30


def link(source: int, reader: int) -> dict[str, str]:
    return {"link.output.node": str(source), "link.input.node": str(reader)}


def linked() -> Links:
    links = Links()
    links.add(40, NODE, {"client.id": "7"})
    links.add(41, NODE, {"client.id": "8"})
    links.add(50, LINK, link(OURS, 40))
    return links


def test_client_of_a_linked_node_reads():
    assert linked().clients_reading(OURS) == (7,)


def test_links_of_others_do_not_count():
    links = linked()
    links.add(51, LINK, link(99, 41))
    links.add(52, LINK, link(41, OURS))
    assert links.clients_reading(OURS) == (7,)


def test_client_with_two_links_counts_once():
    links = linked()
    links.add(42, NODE, {"client.id": "7"})
    links.add(51, LINK, link(OURS, 42))
    links.add(52, LINK, link(OURS, 41))
    assert links.clients_reading(OURS) == (7, 8)


@pytest.mark.parametrize("gone", [40, 50])
def test_reader_leaves_with_its_node_or_link(gone):
    links = linked()
    links.remove(gone)
    assert links.clients_reading(OURS) == ()


def test_order_does_not_matter():
    links = Links()
    links.add(50, LINK, link(OURS, 40))
    assert links.clients_reading(OURS) == ()
    links.add(40, NODE, {"client.id": "7"})
    assert links.clients_reading(OURS) == (7,)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 9),
            st.sampled_from([CLIENT, NODE, LINK, "PipeWire:Interface:Port"]),
            st.dictionaries(
                st.sampled_from(["client.id", "link.output.node", "link.input.node"]),
                st.one_of(st.text(max_size=3), st.integers(0, 9).map(str)),
            ),
        )
    ),
    st.integers(0, 9),
)
def test_no_event_breaks_it(events, removed):
    links = Links()
    for number, kind, properties in events:
        links.add(number, kind, properties)
    links.remove(removed)
    readers = links.clients_reading(removed)
    assert readers == tuple(sorted(set(readers)))


@pytest.mark.parametrize(
    ("properties", "reader"),
    [
        (
            {
                "application.name": "Chromium input",
                "application.process.binary": "chromium",
                "application.process.id": "4711",
                # The portal, which opened the connection for it.
                "pipewire.sec.pid": "99",
                "pipewire.access.portal.app_id": "",
            },
            Reader("chromium", 4711),
        ),
        (
            {
                "pipewire.access.portal.app_id": "us.zoom.Zoom",
                "application.process.binary": "zoom",
                "application.process.id": "2",
            },
            Reader("us.zoom.Zoom", None),
        ),
        ({"application.name": "Cheese"}, Reader("Cheese", None)),
        ({"application.process.id": "4x"}, Reader("unknown", None)),
        ({}, Reader("unknown", None)),
    ],
)
def test_program_behind_a_client(properties, reader):
    assert reader_of(properties) == reader
