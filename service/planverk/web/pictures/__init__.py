"""The pictures of a thing: which there are for things of its kind, drawn as SVG with the same facts as a table."""

from flask import render_template, request
from markupsafe import Markup
from rdflib import URIRef

from planverk.instance import Instance
from planverk.store.cache import Kept
from planverk.store.edition import Edition
from planverk.vocab import ORG, PLAN
from planverk.web.languages import spoken
from planverk.web.pictures import charts, networks, times, trees
from planverk.web.pictures.facts import Facts

_OF_ACTORS = (networks.of_actor,)
# For things of a class, the pictures in the order in which a page shows them.
_PICTURES = {
    PLAN.RegionalPlan: (trees.goals, trees.themes, times.of_plan, charts.per_theme),
    PLAN.ActionProgramme: (charts.statuses, charts.funding, charts.per_theme, networks.of_programme),
    PLAN.PlanningProcess: (times.of_process,),
    PLAN.Theme: (networks.of_theme,),
    ORG.Organization: _OF_ACTORS,
    ORG.OrganizationalUnit: _OF_ACTORS,
    ORG.OrganizationalCollaboration: _OF_ACTORS,
    PLAN.Partnership: _OF_ACTORS,
}


def pictures(edition: Edition, instance: Instance, iri: str, version: str = "") -> dict[str, Markup]:
    """The pictures of a thing by their names, in the language of the page; none for most things. Links stay in a version.

    They are drawn once for a release, a language and where the links of the page lead, as long as there is room to keep them.
    """
    thing = URIRef(iri)
    known = Facts(edition, instance, thing)
    drawn = {}
    for draw in dict.fromkeys(draw for kind, row in _PICTURES.items() if known.is_a(thing, kind) for draw in row):
        key = ("picture", f"{draw.__module__}.{draw.__name__}", spoken(instance), request.script_root, iri, version)
        kept = edition.answers.get(key)
        if kept is None:
            # Facts of its own: a picture does not depend on which others were drawn before it.
            drawing = draw(Facts(edition, instance, thing, version), thing)
            text = render_template("_pictures.html", drawing=drawing) if drawing else ""
            kept = Kept(drawing.name if drawing else "", text.encode())
            edition.answers.keep(key, kept)
        if kept.content:
            drawn[kept.format] = Markup(kept.content.decode())  # noqa: S704  # made by a template, which escapes
    return drawn
