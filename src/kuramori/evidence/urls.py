"""The pages of the room `evidence`."""

from django.urls import URLPattern, path

from kuramori.evidence.bundles.contents import pages as order_pages
from kuramori.evidence.claims import pages as claim_pages
from kuramori.evidence.claims import recognition
from kuramori.evidence.erasure_register import erasures
from kuramori.evidence.registers import holds, separations
from kuramori.evidence.stamps import views as stamp_pages
from kuramori.evidence.stamps.registers import authorities, stamps
from kuramori.evidence.views import bundles, custody, erasure, ledger
from kuramori.evidence.views import holds as hold_pages
from kuramori.evidence.witnessing.registers import witnessed, witnesses
from kuramori.evidence.witnessing.views import keys, serving
from kuramori.evidence.witnessing.views import witnesses as witness_views

app_name = "evidence"
urlpatterns: list[URLPattern] = [
    path("", ledger.home, name="home"),
    path("check/", ledger.check, name="check"),
    path("entries/<uuid:pk>/", ledger.entry, name="entry"),
    path("heads/compare/", witness_views.compare, name="head-compare"),
    path("heads/read/", witness_views.read, name="head-read"),
    path("keys/", keys.keys, name="keys"),
    path("keys/rotate/", keys.rotate, name="key-rotate"),
    path("keys/revoke/", keys.revoke, name="key-revoke"),
    path("keys/branch/", keys.fork, name="ledger-fork"),
    path("witness/add-checkpoint", serving.add_checkpoint, name="add-checkpoint"),
    path("witness/<slug:origin>/checkpoint", serving.witnessed_head, name="witnessed-head"),
    path("witnesses/<uuid:pk>/hold/", witness_views.hold, name="witness-hold"),
    path("witnesses/<uuid:pk>/sheet/", witness_views.sheet, name="witness-sheet"),
    *witnesses.urls(),
    *witnessed.urls(),
    path("claims/", claim_pages.claims, name="claims"),
    path("timelines/", recognition.ask, name="timeline-ask"),
    path("timelines/<uuid:pk>/", recognition.timeline, name="timeline"),
    path("timelines/<uuid:pk>/preserve/", recognition.preserve, name="timeline-preserve"),
    path("bundles/", bundles.bundles, name="bundles"),
    path("bundles/person/", bundles.person_bundle, name="person-bundle"),
    path("bundles/orders/<uuid:pk>/", order_pages.order, name="bundle-order"),
    path("bundles/orders/<uuid:pk>/entries/", order_pages.entries, name="bundle-order-entries"),
    path("bundles/orders/<uuid:pk>/choose/", order_pages.choose, name="bundle-order-choose"),
    path("bundles/orders/<uuid:pk>/settings/", order_pages.settings, name="bundle-order-settings"),
    path("bundles/orders/<uuid:pk>/look/", order_pages.look, name="bundle-order-look"),
    path("bundles/orders/<uuid:pk>/place/", order_pages.place, name="bundle-order-place"),
    path("bundles/orders/<uuid:pk>/give-up/", order_pages.give_up, name="bundle-order-give-up"),
    path("bundles/<uuid:pk>/", bundles.bundle, name="bundle"),
    path("bundles/<uuid:pk>/twin/", bundles.bundle_twin, name="bundle-twin"),
    path("bundles/<uuid:pk>/download/", bundles.bundle_download, name="bundle-download"),
    path("holds/<uuid:pk>/snapshot/", custody.snapshot, name="snapshot"),
    path("holds/<uuid:pk>/files/add/", custody.add, name="custody-add"),
    path("custody/<uuid:pk>/", custody.item, name="custody"),
    path("custody/<uuid:pk>/check/", custody.check, name="custody-check"),
    path("custody/<uuid:pk>/open/", custody.open_file, name="custody-open"),
    path("custody/<uuid:pk>/timeline/", custody.timeline, name="custody-timeline"),
    path("custody/<uuid:pk>/hand-over/", custody.hand_over, name="custody-hand-over"),
    path("custody/<uuid:pk>/receive/", custody.receive, name="custody-receive"),
    path("custody/<uuid:pk>/purge/", custody.purge, name="custody-purge"),
    path("authorities/ask/", stamp_pages.ask, name="stamps-ask"),
    path("stamps/<uuid:pk>/check/", stamp_pages.check, name="stamp-check"),
    path("stamps/<uuid:pk>/files/<slug:part>/", stamp_pages.part, name="stamp-part"),
    *authorities.urls(),
    *stamps.urls(),
    path("erasures/<uuid:pk>/carry-out/", erasure.carry_out, name="erasure-carry-out"),
    path("separations/term/", hold_pages.keeping_term, name="keeping-term"),
    *erasures.urls(),
    *holds.urls(),
    *separations.urls(),
]
