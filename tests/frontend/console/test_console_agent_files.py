"""Agents as files in the console: written out, read in, and shown before one is overwritten."""

from __future__ import annotations

import io

from agent_forms import SITE, SignedIn, post, saved_by_file
from fakes.console import YAML, FakeConsole


def test_an_agent_goes_out_and_in_as_a_file(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.save("x", "mara")
    client = signed_in("mara")
    saved = client.get("/console/agents/x/export", base_url=SITE)
    assert saved.text == YAML and saved.mimetype == "application/yaml"
    assert saved.headers["Content-Disposition"] == "attachment; filename=x.yaml"
    upload = {"file": (io.BytesIO("name: Zoë".encode()), "a.yaml"), "text": ""}
    assert post(client, "/console/agents/import", upload).status_code == 303
    sent_ = backend.asked[-1]
    assert (sent_.body, sent_.headers["content-type"]) == ("name: Zoë", "application/yaml")
    errors = {"voice": ["Too long."]}
    backend.refuse("POST /agents", 400, "invalid", errors=errors)
    page = post(client, "/console/agents/import", {"text": "name: Ada\r\nvoice: x"})
    assert page.status_code == 400 and "<code>voice</code>: Too long." in page.text
    assert "name: Ada\nvoice: x</textarea>" in page.text


def test_a_file_of_an_agent_that_is_there_is_shown_before_it_is_saved(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("table-bookings", "mara", name="Ada", voice="alloy", temperature=None)
    client = signed_in("mara")
    text = "slug: table-bookings\nname: Ada\nvoice: <nova>\ntools: [1]"
    page = post(client, "/console/agents/import", {"text": text})
    assert page.status_code == 200 and len(backend.agents["table-bookings"]) == 1
    assert "alloy</pre>" in page.text and "&lt;nova&gt;</pre>" in page.text
    assert ">Tools<" in page.text and "Temperature" not in page.text
    backend.save("table-bookings", "otto", name="Zoe")
    confirmed = {"over": "table-bookings", "revision": "1", "text": text}
    late = post(client, "/console/agents/import", confirmed)
    assert late.status_code == 412 and len(backend.agents["table-bookings"]) == 2
    assert "otto saved revision 2 meanwhile" in late.text and "Zoe</pre>" in late.text
    done = post(client, "/console/agents/import", {**confirmed, "revision": "2"})
    assert done.location == "/console/agents/table-bookings?saved=3"
    assert saved_by_file(backend) == ('"2"', text)
    same = post(client, "/console/agents/import", {"text": text})
    assert "as the file says already" in same.text


def test_a_file_of_a_retired_agent_is_refused(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.refuse("POST /agents", 409, "slug_taken", headers={"Location": "/agents/gone"})
    page = post(signed_in("mara"), "/console/agents/import", {"text": "slug: gone"})
    assert page.status_code == 409 and "before it was retired" in page.text
