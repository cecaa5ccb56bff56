"""What search engines find: schema.org in pages, a map of the site, and a word on what to leave alone."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef

from planverk import sitemap
from planverk.catalogue import catalogue
from planverk.instance import Instance
from planverk.release import DATA
from planverk.vocab import DCT, PLAN, RDF
from planverk.web import create_app
from planverk.web.structured import catalogue_in

DATASET = "/doc/dataset/verdiskaping-2015-2020.html"
LANDING_PAGE = "/doc/plan/verdiskaping-2015-2020.html"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def structured(client: FlaskClient, path: str) -> dict[str, Any]:  # Any: JSON
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', client.get(path).text, re.DOTALL)
    return dict(json.loads(found))


@pytest.mark.parametrize("path", [DATASET, LANDING_PAGE])
def test_the_pages_of_a_dataset_tell_search_engines_all_they_ask_for(client: FlaskClient, path: str) -> None:
    told = structured(client, path)
    assert (told["@context"], told["@type"]) == ("https://schema.org/", "Dataset")
    assert told["name"] == "Regional plan for verdiskaping og næringsutvikling 2015-2020"
    assert 50 <= len(told["description"]) <= 5000
    assert told["license"].startswith("http")
    assert told["creator"]["name"] == "Buskerud fylkeskommune"
    assert told["temporalCoverage"] == "2015-01-01/2020-12-31"
    downloads = {row["encodingFormat"]: row["contentUrl"] for row in told["distribution"]}
    assert downloads["text/turtle"].endswith("/releases/1.0.0/data.ttl")
    assert len(downloads) == len(told["distribution"]) == 8
    assert downloads["application/zip"].endswith("/releases/1.0.0/tables.zip")
    for url in downloads.values():
        assert client.head(urlsplit(url).path, buffered=True).status_code == 200


def test_the_page_of_the_catalogue_tells_of_every_dataset(client: FlaskClient) -> None:
    told = structured(client, "/katalog.html")
    assert told["@type"] == "DataCatalog"
    assert len(told["dataset"]) == 2
    one = structured(client, DATASET)
    del one["@context"]
    assert one in told["dataset"]


def test_other_pages_say_nothing_of_datasets(client: FlaskClient) -> None:
    for path in ("/", "/begreper.html", "/doc/theme/kompetanse.html", "/doc/dataset/finnes-ikke.html"):
        assert 'application/ld+json">' not in client.get(path).text


def test_a_title_cannot_end_the_script_it_stands_in(odd: Instance) -> None:
    hostile = "</script><script>alert(1)</script> & \u2028 'x'"
    plans = Graph()
    plan = URIRef(f"{odd.base}id/plan/x")
    plans.add((plan, RDF.type, PLAN.RegionalPlan))
    plans.add((plan, DCT.title, Literal(hostile, lang="nb")))
    app = create_app(odd)
    with app.test_request_context("/katalog"):
        told = catalogue_in(catalogue(odd, plans), odd)
        written = app.jinja_env.from_string("{{ structured | tojson }}").render(structured=told)
    assert not set("<>&'") & set(written)
    assert json.loads(written)["dataset"][0]["name"] == hostile


def test_every_address_on_the_map_is_a_page_and_every_page_of_a_thing_is_on_it(
    odd_client: FlaskClient, odd: Instance
) -> None:
    index = ElementTree.fromstring(odd_client.get("/sitemap.xml", buffered=True).data)
    maps = [str(part.text) for part in index.iter(f"{MAP}loc")]
    addresses = []
    for one in maps:
        answer = odd_client.get("/" + one.removeprefix(odd.base), buffered=True)
        assert (answer.status_code, answer.mimetype) == (200, "application/xml")
        part = ElementTree.fromstring(answer.data)
        assert {day.text for day in part.iter(f"{MAP}lastmod")} == {odd.issued.isoformat()}
        addresses += [str(url.text) for url in part.iter(f"{MAP}loc")]
    assert len(addresses) == len(set(addresses))
    for address in addresses:
        assert odd_client.get("/" + address.removeprefix(odd.base)).status_code == 200, address
    plans = Graph().parse(odd.folder / "plan.ttl", publicID=odd.base)
    withdrawn = set(plans.subjects(PLAN.withdrawnOn))
    assert withdrawn
    assert sum("/doc/" in address for address in addresses) == len(set(plans.subjects()) - withdrawn)


def test_a_map_never_has_more_than_50000_addresses(odd: Instance, tmp_path: Path) -> None:
    goals = (f"<{odd.base}id/goal/å&{number}> <{RDF.type}> <{PLAN.Goal}> .\n" for number in range(50_001))
    (tmp_path / DATA).write_text("".join(goals), encoding="utf-8")
    files = dict(sitemap.sitemaps(odd, tmp_path / DATA))
    sizes = {name: content.count(b"<loc>") for name, content in files.items()}
    assert (sizes["sitemap-goal-1.xml"], sizes["sitemap-goal-2.xml"]) == (50_000, 1)
    assert b"/doc/goal/%C3%A5&amp;0<" in files["sitemap-goal-1.xml"]
    assert sizes["sitemap.xml"] == 3


def test_a_map_that_is_not_there_is_404(odd_client: FlaskClient) -> None:
    assert odd_client.get("/sitemap-finnes-ikke-1.xml").status_code == 404
    assert odd_client.get("/sitemap-..%2F..%2Fplanverk-1.xml").status_code == 404


def test_crawlers_are_kept_out_of_the_endless_and_shown_the_map(odd_client: FlaskClient, odd: Instance) -> None:
    answer = odd_client.get("/robots.txt")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())
    assert rules.site_maps() == [f"{odd.base}sitemap.xml"]
    for path in ("/sparql?query=x", "/query/mal?a=b", "/search?q=x"):
        assert not rules.can_fetch("*", path)
    for path in ("/", "/doc/theme/kompetanse", "/katalog", "/def", "/sitemap.xml"):
        assert rules.can_fetch("*", path)
