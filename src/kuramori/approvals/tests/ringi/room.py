from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.approvals.api import REQUEST_ASK, Asked, Decides, Office, RequestKind
from kuramori.kernel.acts import act
from kuramori.kernel.room import Room


class PaperForm(forms.Form):
    title = forms.CharField(max_length=40)

    def __init__(self, _viewer, data, given):
        super().__init__(data, initial={"title": given.get("title", "")})


def publish(granted):
    with act("ringi.paper.publish", by=granted.by, why=granted.why) as this:
        this.note("title", granted.asked.detail["title"])


def paper(name, *decides):
    return RequestKind(
        name=f"ringi.{name}",
        title=_("Requests"),
        lead=_("Requests"),
        permission=REQUEST_ASK,
        form=PaperForm,
        prepare=lambda _viewer, entered: Asked(detail={"title": entered["title"]}),
        labels={"title": "title"},
        told=lambda asked: [("title", asked.detail["title"])],
        shown=lambda asked: [("title", asked.detail["title"])],
        decides=lambda _asked: decides,
        grant=publish,
    )


BY_TWO = paper("by_two", Decides(office=Office.COMMITTEE, needs=2))
BY_BOSS = paper("by_boss", Decides(office=Office.BOSS))

ROOM = Room(
    name="ringi",
    title=_("Requests"),
    permissions={},
    verbs={"ringi.paper.publish": "%(by)s published %(title)s"},
    requests=(BY_TWO, BY_BOSS),
)
