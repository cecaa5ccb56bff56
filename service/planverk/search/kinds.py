"""The kinds of things that people tell apart when they search, and which of them they look for first."""

from typing import NamedTuple

from planverk.vocab import ORG, PLAN


class Kind(NamedTuple):
    """A kind: how much a find of it weighs, and its classes."""

    weight: float
    classes: frozenset[str]


def _kind(weight: float, *names: str) -> Kind:
    return Kind(weight, frozenset(str(ORG[name[4:]] if name.startswith("org:") else PLAN[name]) for name in names))


OTHER = "other"
# In the order in which a page lists them; what is of no class here is `other`.
KINDS: dict[str, Kind] = {
    "plans": _kind(3, "RegionalPlan", "ActionProgramme", "AnnualPlan", "RegionalPlanningStrategy", "PlanningProgramme"),
    "themes": _kind(2.5, "Theme", "FocusArea", "CrossCuttingPerspective", "Heading"),
    "goals": _kind(2, "Vision", "Goal", "SuccessFactor"),
    "actions": _kind(2, "Action", "PrioritisedAction", "Activity", "Milestone"),
    "actors": _kind(2, "CountyAuthority", "PoliticalBody", "PartnershipBoard", "ThematicTeam", "ProjectGroup", "Partnership",
                    "ActorGroup", "Office", "org:Organization", "org:FormalOrganization", "org:OrganizationalUnit",
                    "org:OrganizationalCollaboration", "org:Post"),
    "process": _kind(1.2, "PlanningProcess", "ProcessStage", "Consultation", "Review", "ParticipationEvent", "Decision", "Vote",
                     "Evaluation", "ConsultationStatement", "StatementResponse", "Participation", "PartnershipAgreement",
                     "InstrumentVersion", "org:Membership", "org:ChangeEvent"),
    "monitoring": _kind(1, "Indicator", "IndicatorTarget", "IndicatorObservation", "StatusReport"),
    "funding": _kind(0.8, "FundingContribution"),
    "sources": _kind(0.7, "SourceDocument", "SourceFragment", "Assertion"),
    OTHER: _kind(0.7),
}  # fmt: skip
_OF_CLASS = {name: kind for kind, row in KINDS.items() for name in row.classes}


def kind_of(classes: list[str]) -> tuple[str, str]:
    """The class and the kind of a thing by its classes: those that people look for first come first."""
    order = list(KINDS)
    return min(
        ((name, _OF_CLASS.get(name, OTHER)) for name in classes), key=lambda pair: (order.index(pair[1]), pair[0])
    )
